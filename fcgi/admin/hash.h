/*
 * SHA-256 of a file's content, by libcrypto (doc/dependencies.md says why not libsodium).
 */
#ifndef SILO_ADMIN_HASH_H
#define SILO_ADMIN_HASH_H

#include <stdbool.h>

enum { HASH_HEX = 64 };

/* Lower-case hex of all that is left to read in `file`; false with errno. */
bool hash_file(int file, char hex[HASH_HEX + 1]);

#endif
