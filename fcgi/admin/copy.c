/*
 * Writes contents of the vault as ordinary files.
 */
#include "config.h"
#include "admin/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0640, FOLDER_MODE = 0750 };

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
	if (mkdir(path, FOLDER_MODE) == 0)
		return give_to_owner(path);
	return errno == EEXIST;
}

/* Does the file already have this content? */
static bool is_there(const char *path, const struct vault_blob *content)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char hex[VAULT_HEX + 1];
	struct stat found;
	bool there = file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode) &&
	             found.st_size == content->size && vault_hash_file(file, hex) &&
	             strcmp(hex, content->sha256) == 0;

	if (file >= 0)
		close(file);
	return there;
}

static bool write_piece(void *of, const void *bytes, size_t length)
{
	const int *file = of;
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = write(*file, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

/* Copies all of it into the open file; VAULT_COPY_FAILED with errno. */
static enum vault_copied fill(struct vault *vault, const struct vault_blob *content, int file,
                              const char **fault)
{
	const struct vault_watch watch = {.read = write_piece, .of = &file};

	switch (vault_judge(vault, content->sha256, content->size, &watch, fault)) {
	case VAULT_WHOLE:
		return fsync(file) == 0 ? VAULT_COPIED : VAULT_COPY_FAILED;
	case VAULT_MISSING:
		return VAULT_COPY_MISSING;
	case VAULT_DAMAGED:
		return VAULT_COPY_DAMAGED;
	case VAULT_UNTOLD:
		break;
	}
	return VAULT_COPY_FAILED;
}

enum vault_copied content_copy(struct vault *vault, const struct vault_blob *content,
                               const char *path, const char **fault)
{
	enum vault_copied result = VAULT_COPY_FAILED;
	char *part = NULL;
	int file = -1;

	*fault = NULL;
	if (is_there(path, content))
		return VAULT_KEPT;
	if (asprintf(&part, "%s.part", path) < 0) {
		part = NULL;
		goto out;
	}
	/* Anything there is a leftover, or a link that leads root to somebody else's file. */
	if (unlink(part) != 0 && errno != ENOENT)
		goto out;
	file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (file < 0 || !give_to_owner(part))
		goto out;
	result = fill(vault, content, file, fault);
	if (result == VAULT_COPIED && rename(part, path) != 0)
		result = VAULT_COPY_FAILED;
out:
	if (result == VAULT_COPY_FAILED)
		fprintf(stderr, "silo-admin: %s: %s\n", path, strerror(errno));
	if (file >= 0) {
		close(file);
		if (result != VAULT_COPIED)
			unlink(part);
	}
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
