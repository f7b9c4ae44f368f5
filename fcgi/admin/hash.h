/*
 * SHA-256 of a file's content, by libcrypto (doc/dependencies.md says why not libsodium).
 */
#ifndef SILO_ADMIN_HASH_H
#define SILO_ADMIN_HASH_H

#include <stdbool.h>
#include <stddef.h>

enum { HASH_HEX = 64 };

struct hashing;

/* NULL with errno.  hash_end frees it, and says in lower-case hex what was added; false with errno.
 */
struct hashing *hash_begin(void);
void hash_add(struct hashing *hashing, const void *bytes, size_t length);
bool hash_end(struct hashing *hashing, char hex[HASH_HEX + 1]);

/* Lower-case hex of all that is left to read in `file`; false with errno. */
bool hash_file(int file, char hex[HASH_HEX + 1]);

#endif
