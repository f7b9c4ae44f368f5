/*
 * Copying contents of the vault so that a crash leaves a whole one or none, and damage is seen.
 */
#include "config.h"
#include "admin/copy.h"
#include "admin/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool give_to_owner(const char *path)
{
	char *folder = strdup(path);
	struct stat owner;
	bool done;

	if (geteuid() != 0 || !folder) {
		free(folder);
		return geteuid() != 0;
	}
	done = stat(dirname(folder), &owner) == 0 && lchown(path, owner.st_uid, owner.st_gid) == 0;
	free(folder);
	return done;
}

bool folder_make(const char *path)
{
	if (mkdir(path, COPY_FOLDER_MODE) == 0)
		return give_to_owner(path);
	return errno == EEXIST;
}

/* Is this content there?  Trusted by its size, or read. */
static bool is_there(const char *path, const struct content *content, bool trusts)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char hex[HASH_HEX + 1];
	struct stat found;
	bool there = file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode) &&
	             found.st_size == content->size;

	if (there && !trusts)
		there = hash_file(file, hex) && strcmp(hex, content->sha256) == 0;
	if (file >= 0)
		close(file);
	return there;
}

static bool write_all(int file, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

/* All of `in` to `out`; COPY_FAILED with errno. */
static enum copied copy_bytes(int in, int out, const char *sha256, const char **fault)
{
	static unsigned char piece[1 << 20];
	struct hashing *hashing = hash_begin();
	char hex[HASH_HEX + 1];
	ssize_t length = 1;
	int error;

	if (!hashing)
		return COPY_FAILED;
	while (length != 0) {
		length = read(in, piece, sizeof piece);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0) {
			*fault = strerror(errno);
			hash_end(hashing, hex);
			return COPY_DAMAGED;
		}
		hash_add(hashing, piece, (size_t)length);
		if (!write_all(out, piece, (size_t)length)) {
			error = errno;
			hash_end(hashing, hex);
			errno = error;
			return COPY_FAILED;
		}
	}
	if (!hash_end(hashing, hex))
		return COPY_FAILED;
	*fault = "other bytes";
	return strcmp(hex, sha256) == 0 ? COPY_DONE : COPY_DAMAGED;
}

/* Opens a source that looks right. */
static enum copied source_open(const char *from, const struct content *content, int *in,
                               const char **fault)
{
	struct stat found;

	/* No waiting for the other end of a pipe. */
	*in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*in < 0) {
		enum copied result =
		    errno == ENOENT || errno == ENOTDIR ? COPY_MISSING : COPY_DAMAGED;

		*fault = strerror(errno);
		return result;
	}
	if (fstat(*in, &found) != 0 || !S_ISREG(found.st_mode))
		*fault = "no regular file";
	else if (found.st_size != content->size)
		*fault = "another size";
	else
		return COPY_DONE;
	close(*in);
	return COPY_DAMAGED;
}

enum copied content_copy(const char *from, const char *to, const struct content *content,
                         bool trusts, const char **fault)
{
	char *part = NULL;
	int in = -1, out = -1;
	enum copied result;

	*fault = NULL;
	if (is_there(to, content, trusts))
		return COPY_KEPT;
	result = source_open(from, content, &in, fault);
	if (result != COPY_DONE)
		return result;
	result = COPY_FAILED;
	if (asprintf(&part, "%s.part", to) < 0)
		goto out;
	/* What lies there is a rest, or a link that leads root to somebody else's file. */
	if (unlink(part) != 0 && errno != ENOENT)
		goto out;
	out = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, COPY_FILE_MODE);
	if (out < 0 || !give_to_owner(part))
		goto out;
	result = copy_bytes(in, out, content->sha256, fault);
	if (result == COPY_DONE && (fsync(out) != 0 || rename(part, to) != 0))
		result = COPY_FAILED;
out:
	if (result == COPY_FAILED)
		fprintf(stderr, "silo-admin: %s to %s: %s\n", from, to, strerror(errno));
	close(in);
	if (out >= 0)
		close(out);
	if (out >= 0 && result != COPY_DONE)
		unlink(part);
	free(part);
	return result;
}

bool folder_sync(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = folder >= 0 && syncfs(folder) == 0;

	if (folder >= 0)
		close(folder);
	return done;
}
