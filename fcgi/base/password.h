/*
 * Passwords and secrets: libsodium's argon2id and random numbers; no cryptography of our own.
 */
#ifndef SILO_BASE_PASSWORD_H
#define SILO_BASE_PASSWORD_H

#include <stdbool.h>
#include "base/arena.h"

enum { PREFIX_LENGTH = 12 };

/* argon2id (interactive limits: about 70 ms and 64 MiB here); NULL when memory is out. */
char *password_hash(struct arena *arena, const char *password);

/*
 * Makes the dummy hash.  The master calls it once, so that a worker's first sign-in doesn't take
 * twice as long.
 */
void password_prepare(void);

/* Takes the same time without a hash: it then verifies a dummy and returns false. */
bool password_fits(const char *hash, const char *password);

/* `prefix` and 43 characters of base64url: 32 random bytes. */
char *secret_new(struct arena *arena, const char *prefix);

/* Lower-case hex SHA-256 of a token or session secret, as the database knows it. */
const char *secret_hash(struct arena *arena, const char *secret);

#endif
