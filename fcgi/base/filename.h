/*
 * The names that files may have: what is unsafe on Windows, macOS or Linux is refused on all of
 * them, by the server and by the command line alike (t/clients/cases/names.json).  Pure.
 */
#ifndef SILO_BASE_FILENAME_H
#define SILO_BASE_FILENAME_H

#include <stddef.h>

/* NULL if a file may have this name, else why not, in a few words. */
const char *filename_problem(const char *name, size_t length);

/*
 * The last component of a path as clients send it (either slash).  NULL when that can't be a
 * file's name everywhere ; *why then says so in a few words.
 */
const char *filename_clean(const char *sent, size_t length, const char **why);

#endif
