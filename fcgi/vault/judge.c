/*
 * Reads whole contents: do they still match their names?
 */
#include "config.h"
#include "vault/digest.h"
#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 };

/* Reads all that is left; VAULT_DAMAGED with errno if that fails. */
static enum vault_state read_all(int file, const struct vault_watch *watch, struct digest *digest)
{
	unsigned char piece[PIECE];

	for (;;) {
		ssize_t got = read(file, piece, sizeof piece);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return VAULT_DAMAGED;
		if (got == 0)
			return VAULT_WHOLE;
		if (digest)
			digest_add(digest, piece, (size_t)got);
		if (watch && !watch->read(watch->of, piece, (size_t)got))
			return VAULT_UNTOLD;
	}
}

/* The same; `hex`, unless NULL, becomes the name of what was read. */
static enum vault_state read_and_hash(int file, const struct vault_watch *watch, char *hex)
{
	struct digest *digest = hex ? digest_begin() : NULL;
	enum vault_state state;
	int error;

	if (hex && !digest)
		return VAULT_DAMAGED;
	if (watch && watch->from_disk)
		posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	state = read_all(file, watch, digest);
	if (state == VAULT_WHOLE && hex && !digest_end(digest, hex))
		state = VAULT_DAMAGED;
	error = errno;
	if (watch && watch->from_disk)
		posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	digest_free(digest);
	errno = error;
	return state;
}

static enum vault_state pour_open(int file, int64_t size, const struct vault_watch *watch,
                                  char *hex, const char **fault)
{
	enum vault_state state;
	struct stat about;

	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
		*fault = "no regular file";
		return VAULT_DAMAGED;
	}
	if (size >= 0 && about.st_size != size) {
		*fault = "another size";
		return VAULT_DAMAGED;
	}
	state = read_and_hash(file, watch, hex);
	if (state == VAULT_DAMAGED)
		*fault = strerror(errno);
	return state;
}

/* Opens a file, even if a dead remover has left it in the trash; -1 with errno. */
static int open_content(struct vault *vault, const char *sha256)
{
	int file = vault_read(vault, sha256), error = errno;
	int64_t size;

	if (file >= 0 || error != ENOENT)
		return file;
	if (vault_find(vault, sha256, &size))
		return vault_read(vault, sha256);
	errno = error;
	return -1;
}

enum vault_state vault_pour(struct vault *vault, const char *sha256, int64_t size,
                            const struct vault_watch *watch, char *hex, const char **fault)
{
	enum vault_state state;
	int file = open_content(vault, sha256);
	int error;

	*fault = NULL;
	if (file < 0) {
		state = errno == ENOENT || errno == ENOTDIR ? VAULT_MISSING : VAULT_DAMAGED;
		*fault = strerror(errno);
		return state;
	}
	state = pour_open(file, size, watch, hex, fault);
	error = errno;
	close(file);
	errno = error;
	return state;
}

enum vault_state vault_judge(struct vault *vault, const char *sha256, int64_t size,
                             const struct vault_watch *watch, const char **fault)
{
	char hex[VAULT_HEX + 1];
	enum vault_state state = vault_pour(vault, sha256, size, watch, hex, fault);

	if (state == VAULT_WHOLE && strcmp(hex, sha256) != 0) {
		*fault = "other bytes";
		state = VAULT_DAMAGED;
	}
	return state;
}

struct loading {
	unsigned char *bytes;
	size_t have, size;
};

static bool load_piece(void *of, const void *bytes, size_t length)
{
	struct loading *loading = of;

	if (length > loading->size - loading->have)
		return false;
	memcpy(loading->bytes + loading->have, bytes, length);
	loading->have += length;
	return true;
}

bool vault_load(struct vault *vault, const char *sha256, void *bytes, size_t size)
{
	struct loading loading = {bytes, 0, size};
	const struct vault_watch watch = {.read = load_piece, .of = &loading};
	const char *fault;

	return vault_judge(vault, sha256, (int64_t)size, &watch, &fault) == VAULT_WHOLE &&
	       loading.have == size;
}

bool vault_hash_file(int file, char hex[VAULT_HEX + 1])
{
	return read_and_hash(file, NULL, hex) == VAULT_WHOLE;
}
