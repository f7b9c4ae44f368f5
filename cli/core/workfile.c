/*
 * Files on disk: names that may be used, atomic replacement, backups, write permission, SHA-256.
 * Knows no HTTP and no index.
 */
#include "config.h"

#include "core/workfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/facts.h"
#include "base/filename.h"
#include "core/interrupt.h"

enum { ENDING_MOST = 32, BLOCK = 1 << 18, BACKUPS_A_SECOND = 1000 };

const char *workfile_name_problem(const char *name)
{
	return filename_problem(name, strlen(name));
}

const char *workfile_path_problem(const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length > 4000)
		return "it is empty or too long";
	for (const char *at = path;; at++) {
		size_t part_length = strcspn(at, "/");
		const char *problem = filename_problem(at, part_length);

		if (problem != NULL)
			return problem;
		at += part_length;
		if (*at == '\0')
			return NULL;
	}
}

char *workfile_name_with(struct arena *arena, const char *prefix, const char *name,
                         const char *infix)
{
	const char *dot = strrchr(name, '.');
	bool has_ending = dot != NULL && dot != name && strlen(dot) <= ENDING_MOST;
	const char *ending = has_ending ? dot : "";
	size_t stem = strlen(name) - strlen(ending);
	size_t room = LIMIT_filename_bytes - strlen(prefix) - strlen(infix) - strlen(ending);

	if (stem > room)
		stem = room;
	/* Never in the middle of a character. */
	while (stem > 0 && ((unsigned char)name[stem] & 0xc0) == 0x80)
		stem--;
	return arena_print(arena, "%s%.*s%s%s", prefix, (int)stem, name, infix, ending);
}

/* Closes without losing the errno of what failed before. */
static void close_quietly(int descriptor)
{
	int kept = errno;

	close(descriptor);
	errno = kept;
}

char *workfile_read(struct arena *arena, const char *path, size_t most, bool *absent)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat facts;
	char *text = NULL;
	size_t length = 0;

	*absent = file < 0 && errno == ENOENT;
	if (file < 0)
		return NULL;
	if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && (size_t)facts.st_size <= most) {
		size_t size = (size_t)facts.st_size;
		ssize_t got = 1;

		text = arena_take(arena, size + 1);
		while (length < size && (got = read(file, text + length, size - length)) > 0)
			length += (size_t)got;
		if (got < 0)
			text = NULL;
	} else {
		errno = EFBIG;
	}
	close_quietly(file);
	return text;
}

/* fsync of the folder that holds path. */
static bool sync_folder(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash ? arena_copy(arena, path, (size_t)(slash - path) + 1) : arena_copy(arena, ".", 1);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done;

	if (descriptor < 0)
		return false;
	/* Some file systems can't fsync a folder: nothing more can be done there. */
	done = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
	close_quietly(descriptor);
	return done;
}

/* Writes all bytes. */
static bool write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(file, bytes, length);

		if (wrote < 0 && errno != EINTR)
			return false;
		if (wrote > 0) {
			bytes += wrote;
			length -= (size_t)wrote;
		}
	}
	return true;
}

bool workfile_write(struct arena *arena, const char *path, const char *bytes, size_t length,
                    unsigned mode)
{
	char *beside = arena_print(arena, "%s.XXXXXX", path);
	int file = mkostemp(beside, O_CLOEXEC);
	bool done;

	if (file < 0)
		return false;
	done = write_all(file, bytes, length) && fchmod(file, mode) == 0 && fsync(file) == 0;
	if (close(file) != 0)
		done = false;
	if (done && rename(beside, path) == 0)
		return sync_folder(arena, path);
	(void)unlink(beside);
	return false;
}

bool workfile_make_folders(struct arena *arena, const char *path, unsigned mode)
{
	char *above = arena_print(arena, "%s", path);

	for (char *slash = strchr(above + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(above, mode) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

bool workfile_is_plain(const char *path)
{
	char part[PATH_MAX];
	size_t length = strlen(path);
	struct stat facts;

	if (length >= sizeof part) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (size_t at = 1; at <= length; at++) {
		if (path[at] != '/' && path[at] != '\0')
			continue;
		memcpy(part, path, at);
		part[at] = '\0';
		if (lstat(part, &facts) != 0)
			return errno == ENOENT;
		if (S_ISLNK(facts.st_mode)) {
			errno = ELOOP;
			return false;
		}
	}
	return true;
}

const char *workfile_reason(void)
{
	if (errno == ELOOP)
		return "it is a link, or lies below one";
	return errno == EINVAL ? "it is not a plain file" : strerror(errno);
}

bool workfile_is_full(void)
{
	return errno == ENOSPC || errno == EDQUOT;
}

/* Opens a plain file to read; a pipe or a device in its place is never waited for. */
static int open_plain(const char *path)
{
	int file = workfile_is_plain(path)
	               ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
	               : -1;
	struct stat facts;

	if (file >= 0 && (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode))) {
		close(file);
		errno = EINVAL; /* workfile_reason */
		return -1;
	}
	return file;
}

bool workfile_digest(const char *path, char digest[WORKFILE_DIGEST], int64_t *size)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	int file = open_plain(path);
	unsigned char *block;
	ssize_t got = -1;

	if (file < 0)
		return false;
	*size = 0;
	block = malloc(BLOCK);
	crypto_hash_sha256_init(&state);
	while (block != NULL && (got = read(file, block, BLOCK)) > 0) {
		if (interrupt_seen()) {
			errno = EINTR;
			break;
		}
		crypto_hash_sha256_update(&state, block, (size_t)got);
		*size += got;
	}
	free(block);
	close_quietly(file);
	if (got != 0)
		return false;
	crypto_hash_sha256_final(&state, sum);
	sodium_bin2hex(digest, WORKFILE_DIGEST, sum, sizeof sum);
	return true;
}

bool workfile_set_writable(const char *path, bool writable)
{
	struct stat facts;
	mode_t mode;

	if (!workfile_is_plain(path) || lstat(path, &facts) != 0)
		return false;
	mode = facts.st_mode & 07777;
	mode = writable ? mode | S_IWUSR : mode & (mode_t) ~(S_IWUSR | S_IWGRP | S_IWOTH);
	return mode == (facts.st_mode & 07777) || chmod(path, mode) == 0;
}

bool workfile_is_writable(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & S_IWUSR) != 0;
}

/* Copies a file to a new name, durable; for file systems without hard links. */
static bool copy_file(const char *from, const char *to)
{
	int in = open_plain(from);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char block[16384];
	ssize_t got = -1;
	bool done;

	while (out >= 0 && (got = read(in, block, sizeof block)) > 0)
		if (!write_all(out, block, (size_t)got))
			break;
	done = out >= 0 && got == 0 && fsync(out) == 0;
	if (in >= 0)
		close_quietly(in);
	if (out >= 0)
		close_quietly(out);
	if (out >= 0 && !done) {
		int kept = errno;

		(void)unlink(to);
		errno = kept;
	}
	return done;
}

/* Moves without ever replacing what has that name. */
static bool move_file(const char *from, const char *to)
{
	struct stat facts;

	if (link(from, to) == 0)
		return unlink(from) == 0;
	if (errno == EEXIST)
		return false;
	/* No hard links here: look, then rename. */
	if (lstat(to, &facts) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(from, to) == 0;
}

/* Gives what is at path a name in the backup folder, by that way of giving it. */
static char *keep_as(struct arena *arena, const char *path, const char *backup_folder,
                     bool (*give)(const char *from, const char *to))
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	time_t now = time(NULL);
	struct tm parts;
	char stamp[32];

	if (!workfile_make_folders(arena, arena_print(arena, "%s/", backup_folder), 0777) ||
	    !workfile_is_plain(backup_folder) || gmtime_r(&now, &parts) == NULL)
		return NULL;
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
	for (int i = 0; i < BACKUPS_A_SECOND; i++) {
		char *before = i == 0 ? arena_print(arena, "%s-", stamp)
		                      : arena_print(arena, "%s.%d-", stamp, i);
		char *kept = arena_print(arena, "%s/%s", backup_folder,
		                         workfile_name_with(arena, before, name, ""));

		if (give(path, kept))
			return sync_folder(arena, kept) ? kept : NULL;
		if (errno != EEXIST)
			return NULL;
	}
	return NULL;
}

char *workfile_backup(struct arena *arena, const char *path, const char *backup_folder)
{
	/* A copy, not a link: an editor that still has the file open would write into it. */
	return keep_as(arena, path, backup_folder, copy_file);
}

char *workfile_put_away(struct arena *arena, const char *path, const char *backup_folder)
{
	return keep_as(arena, path, backup_folder, move_file);
}

bool workfile_install(struct arena *arena, const char *from, const char *to)
{
	return rename(from, to) == 0 && sync_folder(arena, to);
}

bool workfile_install_new(struct arena *arena, const char *from, const char *to)
{
	return move_file(from, to) && sync_folder(arena, to);
}
