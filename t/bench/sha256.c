/*
 * Why files are hashed by libcrypto: both libraries over 500 MiB in pieces of 64 KiB, as the vault
 * does it.  cc -O2 t/bench/sha256.c -lsodium -lcrypto -o sha256 && ./sha256
 */
#define _GNU_SOURCE
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PIECE = 65536, PIECES = 8000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
	static unsigned char piece[PIECE];
	unsigned char sodium_digest[32], crypto_digest[32];
	crypto_hash_sha256_state state;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	double start, sodium, crypto;
	int i;

	if (sodium_init() < 0 || context == NULL)
		return 1;
	memset(piece, 7, sizeof piece);
	start = now();
	crypto_hash_sha256_init(&state);
	for (i = 0; i < PIECES; i++)
		crypto_hash_sha256_update(&state, piece, sizeof piece);
	crypto_hash_sha256_final(&state, sodium_digest);
	sodium = now() - start;

	start = now();
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	for (i = 0; i < PIECES; i++)
		EVP_DigestUpdate(context, piece, sizeof piece);
	EVP_DigestFinal_ex(context, crypto_digest, NULL);
	crypto = now() - start;
	EVP_MD_CTX_free(context);

	printf("500 MiB: libsodium %.2f s, libcrypto %.2f s (%.1f times)\n", sodium, crypto,
	       sodium / crypto);
	return memcmp(sodium_digest, crypto_digest, 32) != 0;
}
