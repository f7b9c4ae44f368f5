/*
 * Contents of the vault as files elsewhere, so that a crash leaves a whole one or none, and damage
 * is seen.  What root makes belongs to whom the folder above it belongs.
 */
#ifndef SILO_ADMIN_COPY_H
#define SILO_ADMIN_COPY_H

#include <stdbool.h>
#include "vault/vault.h"

/* Makes a folder, or finds it there; false with errno. */
bool folder_make(const char *path);

/*
 * Writes a content to `path`, whole or not at all (a temporary name, fsync, rename): nothing
 * damaged gets the name.  What is there already is read, and kept if it is that content.  `fault`
 * says what is wrong with a damaged one; VAULT_COPY_FAILED has been said on standard error.
 */
enum vault_copied content_copy(struct vault *vault, const struct vault_blob *content,
                               const char *path, const char **fault);

/* Everything on the file system of `path` is durable afterwards: one call instead of one a folder.
 */
bool folder_sync(const char *path);

#endif
