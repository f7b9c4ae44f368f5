/*
 * SHA-256 of a file's content.
 */
#include "config.h"
#include "admin/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

struct hashing {
	EVP_MD_CTX *context;
	bool fine;
};

struct hashing *hash_begin(void)
{
	struct hashing *hashing = calloc(1, sizeof *hashing);

	if (!hashing)
		return NULL;
	hashing->context = EVP_MD_CTX_new();
	hashing->fine =
	    hashing->context && EVP_DigestInit_ex(hashing->context, EVP_sha256(), NULL) == 1;
	return hashing;
}

void hash_add(struct hashing *hashing, const void *bytes, size_t length)
{
	hashing->fine = hashing->fine && EVP_DigestUpdate(hashing->context, bytes, length) == 1;
}

bool hash_end(struct hashing *hashing, char hex[HASH_HEX + 1])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	bool fine = hashing->fine && EVP_DigestFinal_ex(hashing->context, hash, NULL) == 1;

	EVP_MD_CTX_free(hashing->context);
	free(hashing);
	if (fine)
		sodium_bin2hex(hex, HASH_HEX + 1, hash, HASH_HEX / 2);
	else
		errno = ENOMEM;
	return fine;
}

bool hash_file(int file, char hex[HASH_HEX + 1])
{
	static unsigned char piece[1 << 20];
	struct hashing *hashing = hash_begin();
	ssize_t length = 1;
	int error;

	if (!hashing)
		return false;
	while (length != 0) {
		length = read(file, piece, sizeof piece);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0) {
			error = errno;
			hash_end(hashing, hex);
			errno = error;
			return false;
		}
		hash_add(hashing, piece, (size_t)length);
	}
	return hash_end(hashing, hex);
}
