/*
 * What an import takes in, from a folder tree (tree.h) or a CSV file (csv.h).
 */
#ifndef SILO_ADMIN_IMPORT_LIST_H
#define SILO_ADMIN_IMPORT_LIST_H

#include "admin/import/entry.h"

/*
 * Reads a folder tree, or a CSV file with a header, sorted by part number and order.  False after
 * printing to standard error what failed.  Free with import_list_free in either case.
 */
bool import_list_read(const char *source, const struct import_defaults *defaults,
                      struct import_list *list);

#endif
