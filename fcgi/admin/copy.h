/*
 * Copying contents of the vault so that a crash leaves a whole one or none, and damage is seen.
 * What root makes belongs to whom the folder above it belongs, so that a vault that is brought back
 * is the service's own.
 */
#ifndef SILO_ADMIN_COPY_H
#define SILO_ADMIN_COPY_H

#include <stdbool.h>
#include <stdint.h>

enum { COPY_FILE_MODE = 0640, COPY_FOLDER_MODE = 0750 };

/* Makes a folder, or finds it there; false with errno. */
bool folder_make(const char *path);

enum copied {
	COPY_DONE,
	COPY_KEPT,    /* it was there */
	COPY_MISSING, /* the source is not there */
	COPY_DAMAGED, /* the source is not what its name says, or can't be read */
	COPY_FAILED   /* the target can't be written; said on standard error */
};

/* One content: its SHA-256 in lower-case hex and its size, which the copy must have. */
struct content {
	const char *sha256;
	int64_t size;
};

/*
 * Copies a content from one path to another, whole or not at all (a temporary name, fsync, rename),
 * hashed on the way: nothing damaged gets the name.  What is there already is kept if it is that
 * content; with `trusts` its size is enough.  `fault` says what is wrong with a damaged source,
 * static text or strerror's.
 */
enum copied content_copy(const char *from, const char *to, const struct content *content,
                         bool trusts, const char **fault);

/* Everything on the file system of `path` is durable afterwards: one call instead of one a folder.
 */
bool folder_sync(const char *path);

#endif
