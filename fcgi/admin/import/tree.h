/*
 * Every file of a folder tree, its part number made from its name.
 */
#ifndef SILO_ADMIN_IMPORT_TREE_H
#define SILO_ADMIN_IMPORT_TREE_H

#include "admin/import/entry.h"

/* Adds them to the list, in no order; false after printing to standard error what failed. */
bool tree_read(const char *source, const struct import_defaults *defaults,
               struct import_list *list);

#endif
