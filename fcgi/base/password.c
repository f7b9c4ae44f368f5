/*
 * argon2id and random secrets.
 */
#include "config.h"
#include "base/password.h"

#include <sodium.h>
#include <string.h>

/* A hash with the same limits as ours, for which nobody knows a password. */
static const char *dummy(void)
{
	static char hash[crypto_pwhash_STRBYTES];
	unsigned char random[32];

	if (!*hash) {
		randombytes_buf(random, sizeof random);
		if (crypto_pwhash_str(hash, (const char *)random, sizeof random,
		                      crypto_pwhash_OPSLIMIT_INTERACTIVE,
		                      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
			*hash = '\0';
	}
	return hash;
}

void password_prepare(void)
{
	dummy();
}

char *password_hash(struct arena *arena, const char *password)
{
	char *hash = arena_take(arena, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return NULL;
	return hash;
}

bool password_fits(const char *hash, const char *password)
{
	bool fits =
	    crypto_pwhash_str_verify(hash ? hash : dummy(), password, strlen(password)) == 0;

	return hash && fits;
}

char *secret_new(struct arena *arena, const char *prefix)
{
	unsigned char random[32];
	char text[64];

	randombytes_buf(random, sizeof random);
	sodium_bin2base64(text, sizeof text, random, sizeof random,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof random);
	return arena_print(arena, "%s%s", prefix, text);
}

const char *secret_hash(struct arena *arena, const char *secret)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char *hex = arena_take(arena, 2 * sizeof hash + 1);

	crypto_hash_sha256(hash, (const unsigned char *)secret, strlen(secret));
	return sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
}
