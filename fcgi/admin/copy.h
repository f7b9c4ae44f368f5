/*
 * Copying files so that a crash leaves a whole one or none.  What root makes belongs to whom the
 * folder above it belongs, so that a vault that is brought back is the service's own.
 */
#ifndef SILO_ADMIN_COPY_H
#define SILO_ADMIN_COPY_H

#include <stdbool.h>

enum { COPY_FILE_MODE = 0640, COPY_FOLDER_MODE = 0750 };

/* Makes a folder, or finds it there; false with errno. */
bool folder_make(const char *path);

/*
 * Whole or not at all: a temporary name, fsync, rename.  A file of the same size is kept.  False
 * after saying why not on standard error.
 */
bool file_copy(const char *from, const char *to);

/* Everything on the file system of `path` is durable afterwards: one call instead of one a folder.
 */
bool folder_sync(const char *path);

#endif
