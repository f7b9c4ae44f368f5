/*
 * SHA-256 of a file's content.
 */
#include "config.h"
#include "admin/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <unistd.h>

bool hash_file(int file, char hex[HASH_HEX + 1])
{
	static unsigned char piece[1 << 20];
	unsigned char hash[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	ssize_t length = 0;
	bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	while (done && (length = read(file, piece, sizeof piece)) > 0)
		done = EVP_DigestUpdate(context, piece, (size_t)length) == 1;
	if (length < 0) {
		EVP_MD_CTX_free(context);
		return false;
	}
	done = done && EVP_DigestFinal_ex(context, hash, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (done)
		sodium_bin2hex(hex, HASH_HEX + 1, hash, HASH_HEX / 2);
	else
		errno = ENOMEM;
	return done;
}
