/*
 * Writes contents of the vault as files elsewhere.  A crash leaves a complete file or none, and
 * damage is noticed.  Files that root makes get the owner of the folder above.
 */
#ifndef SILO_ADMIN_COPY_H
#define SILO_ADMIN_COPY_H

#include <stdbool.h>
#include "vault/vault.h"

/* Makes a folder unless it exists; false with errno. */
bool folder_make(const char *path);

/*
 * Writes a content to `path`, completely or not at all (temporary name, fsync, rename): nothing
 * damaged gets the name.  Reads an existing file, and keeps it if it has that content.  `fault`
 * says what is wrong with a damaged content; for VAULT_COPY_FAILED it has printed the cause to
 * standard error.
 */
enum vault_copied content_copy(struct vault *vault, const struct vault_blob *content,
                               const char *path, const char **fault);

/* Makes everything on the file system of `path` durable: one call instead of one per folder. */
bool folder_sync(const char *path);

#endif
