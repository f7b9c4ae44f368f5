/*
 * What lies under a name of the vault: stamping it, giving a name, putting back, and reading
 * whether it is still what its name says.
 */
#include "config.h"
#include "vault/vault.h"
#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 };

int vault_stamp(int folder, const char *path, struct timespec *now)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, now);
	times[0] = *now;
	times[1] = *now;
	return utimensat(folder, path, times, AT_SYMLINK_NOFOLLOW);
}

/* File systems without that rename have links. */
int vault_name(int folder, const char *from, const char *path)
{
	if (renameat2(folder, from, folder, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(folder, from, folder, path, 0) != 0)
		return -1;
	return unlinkat(folder, from, 0);
}

int vault_put_back(int folder, const char *trash, const char *path)
{
	enum { TRIES = 100 };
	struct timespec now;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (vault_name(folder, trash, path) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		if (vault_stamp(folder, path, &now) == 0)
			return unlinkat(folder, trash, 0);
		if (errno != ENOENT)
			return -1;
	}
	return -1;
}

/* Reads all of it; false with errno.  A watched reading comes from the disk and not from memory. */
static bool hash(int file, const struct vault_watch *watch, char hex[VAULT_HEX + 1])
{
	unsigned char piece[PIECE], digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
	ssize_t got = 1;
	int error;

	errno = ENOMEM;
	if (watch != NULL)
		posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	while (done && got != 0) {
		got = read(file, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		done = got >= 0 && EVP_DigestUpdate(context, piece, (size_t)got) == 1;
		if (done && watch != NULL)
			done = watch->read(watch->of, (size_t)got);
	}
	done = done && EVP_DigestFinal_ex(context, digest, NULL) == 1;
	error = errno;
	if (watch != NULL)
		posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	EVP_MD_CTX_free(context);
	if (done)
		sodium_bin2hex(hex, VAULT_HEX + 1, digest, VAULT_HEX / 2);
	errno = error;
	return done;
}

static enum vault_state judge_open(int file, const char *sha256, int64_t size,
                                   const struct vault_watch *watch, const char **fault)
{
	enum vault_state state;
	char hex[VAULT_HEX + 1];
	struct stat about;

	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
		*fault = "no regular file";
		return VAULT_DAMAGED;
	}
	if (size >= 0 && about.st_size != size) {
		*fault = "another size";
		return VAULT_DAMAGED;
	}
	if (!hash(file, watch, hex)) {
		state = errno == ECANCELED ? VAULT_UNTOLD : VAULT_DAMAGED;
		*fault = strerror(errno);
		return state;
	}
	*fault = "other bytes";
	return strcmp(hex, sha256) == 0 ? VAULT_WHOLE : VAULT_DAMAGED;
}

enum vault_state vault_judge(struct vault *vault, const char *sha256, int64_t size,
                             const struct vault_watch *watch, const char **fault)
{
	enum vault_state state;
	int file = vault_read(vault, sha256);

	*fault = NULL;
	if (file < 0) {
		state = errno == ENOENT || errno == ENOTDIR ? VAULT_MISSING : VAULT_DAMAGED;
		*fault = strerror(errno);
		return state;
	}
	state = judge_open(file, sha256, size, watch, fault);
	close(file);
	if (state == VAULT_WHOLE)
		*fault = NULL;
	return state;
}
