/*
 * CSV files (RFC 4180, by libcsv): the list of an import, read and written, and the manifest of an
 * export.
 */
#ifndef SILO_ADMIN_IMPORT_CSV_H
#define SILO_ADMIN_IMPORT_CSV_H

#include <stdio.h>
#include "admin/import/entry.h"

/* Adds the rows to the list, in their order; false after printing to standard error what failed. */
bool csv_list_read(const char *source, const struct import_defaults *defaults,
                   struct import_list *list);

/* The list as a CSV that import reads again. */
bool csv_list_write(const struct import_list *list, FILE *out);

/* One row of a CSV from `count` texts; NULL is an empty field. */
void csv_row(FILE *out, const char *const *fields, size_t count);

#endif
