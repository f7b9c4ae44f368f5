/*
 * SHA-256 by libcrypto (doc/dependencies.md says why not libsodium).
 */
#include "config.h"
#include "vault/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

struct digest {
	EVP_MD_CTX *context;
	bool is_fine;
};

struct digest *digest_begin(void)
{
	struct digest *digest = calloc(1, sizeof *digest);

	if (digest)
		digest->context = EVP_MD_CTX_new();
	if (!digest || !digest->context ||
	    EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1) {
		digest_free(digest);
		errno = ENOMEM;
		return NULL;
	}
	digest->is_fine = true;
	return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
	digest->is_fine = digest->is_fine && EVP_DigestUpdate(digest->context, bytes, length) == 1;
}

bool digest_end(struct digest *digest, char hex[VAULT_HEX + 1])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	digest->is_fine = digest->is_fine && EVP_DigestFinal_ex(digest->context, hash, NULL) == 1;
	if (digest->is_fine)
		sodium_bin2hex(hex, VAULT_HEX + 1, hash, VAULT_HEX / 2);
	else
		errno = ENOMEM;
	return digest->is_fine;
}

void digest_free(struct digest *digest)
{
	if (digest)
		EVP_MD_CTX_free(digest->context);
	free(digest);
}
