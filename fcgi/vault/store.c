/*
 * Storing contents.  The rules, and why they hold, are in folder.h.  All paths are relative to one
 * open folder: it may be renamed or remounted elsewhere safely.
 */
#include "config.h"
#include "vault/digest.h"
#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* nginx's user reads the files through their group. */
enum { FILE_MODE = 0640 };

/* Bytes that are written to the disk at a time, while more arrive. */
enum { SEND_OFF = 8 * 1024 * 1024 };

#define RANDOM_HEX 32
#define TMP_PATH   (4 + RANDOM_HEX + 1)                 /* "tmp/" */
#define TRASH_PATH (6 + VAULT_HEX + 1 + RANDOM_HEX + 1) /* "trash/" "." */

struct vault_writer {
	struct vault *vault;
	struct digest *digest;
	int file;
	int64_t limit;
	struct vault_blob blob;
	int64_t sent_off; /* bytes already on their way to the disk */
	bool sealed;
	bool named;            /* still in tmp/ */
	bool brought;          /* placed by us, not kept */
	bool healed;           /* placed by us, over a damaged one */
	const char *fault;     /* what was wrong with that */
	struct timespec stamp; /* of the placed file */
	char tmp[TMP_PATH];
};

enum vault_outcome vault_outcome_of(int error)
{
	return error == ENOSPC || error == EDQUOT ? VAULT_FULL : VAULT_FAILED;
}

static void random_name(char hex[RANDOM_HEX + 1])
{
	unsigned char bytes[RANDOM_HEX / 2];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(hex, RANDOM_HEX + 1, bytes, sizeof bytes);
}

/*
 * Files that root (silo-admin) adds to the vault get the vault's owner: the workers must read them
 * and clean up.
 */
static int give_to_owner(int vault, int made, const char *name)
{
	struct stat owner;

	if (geteuid() != 0)
		return 0;
	if (fstat(vault, &owner) != 0)
		return -1;
	return fchownat(made, name, owner.st_uid, owner.st_gid,
	                AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
}

/*
 * Makes a folder of the vault if it is missing.  A link in its place is refused: the service's user
 * could have put it there, and root's files would land behind it.
 */
static int make_folder(int at, const char *name)
{
	struct stat found;

	if (mkdirat(at, name, VAULT_FOLDER_MODE) == 0)
		return give_to_owner(at, at, name);
	if (errno != EEXIST || fstatat(at, name, &found, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISDIR(found.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

/* fsync of a folder below the vault; "." is the vault itself. */
static int sync_folder(int at, const char *name)
{
	int folder = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result, error;

	if (folder < 0)
		return -1;
	result = fsync(folder);
	error = errno;
	close(folder);
	errno = error;
	return result;
}

struct vault_writer *vault_begin(struct vault *vault, int64_t limit)
{
	struct vault_writer *writer = calloc(1, sizeof *writer);
	char name[RANDOM_HEX + 1];
	int error;

	if (!writer)
		return NULL;
	writer->vault = vault;
	writer->limit = limit;
	writer->file = -1;
	writer->digest = digest_begin();
	if (!writer->digest || make_folder(vault->folder, "tmp") != 0)
		goto fail;
	random_name(name);
	snprintf(writer->tmp, sizeof writer->tmp, "tmp/%s", name);
	writer->file = openat(vault->folder, writer->tmp,
	                      O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (writer->file < 0)
		goto fail;
	writer->named = true;
	if (give_to_owner(vault->folder, writer->file, "") != 0)
		goto fail;
	return writer;
fail:
	error = errno;
	vault_abandon(writer);
	errno = error;
	return NULL;
}

/*
 * Lets the disk work while the rest arrives, so that the final fsync has little left to do.  A
 * failure shows up there.
 */
static void send_off(struct vault_writer *writer)
{
	if (writer->blob.size - writer->sent_off < SEND_OFF)
		return;
	sync_file_range(writer->file, writer->sent_off, writer->blob.size - writer->sent_off,
	                SYNC_FILE_RANGE_WRITE);
	writer->sent_off = writer->blob.size;
}

enum vault_outcome vault_write(struct vault_writer *writer, const void *bytes, size_t length)
{
	const char *at = bytes;

	if ((uint64_t)length > (uint64_t)(writer->limit - writer->blob.size))
		return VAULT_TOO_LARGE;
	digest_add(writer->digest, bytes, length);
	writer->blob.size += (int64_t)length;
	while (length > 0) {
		ssize_t written = write(writer->file, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return vault_outcome_of(errno);
		at += written;
		length -= (size_t)written;
	}
	send_off(writer);
	return VAULT_OK;
}

enum vault_outcome vault_seal(struct vault_writer *writer, struct vault_blob *blob)
{
	if (!digest_end(writer->digest, writer->blob.sha256))
		return VAULT_FAILED;
	if (fsync(writer->file) != 0)
		return vault_outcome_of(errno);
	writer->sealed = true;
	*blob = writer->blob;
	return VAULT_OK;
}

int vault_descriptor(const struct vault_writer *writer)
{
	return writer->file;
}

struct vault *vault_of(const struct vault_writer *writer)
{
	return writer->vault;
}

/*
 * Always syncs every folder above the file: another worker may have made or filled one a moment ago
 * without syncing it, and our row must not be durable before the name is.
 */
static int sync_path(int folder, const char *path)
{
	char upper[3] = {path[0], path[1], '\0'};
	char lower[6] = {path[0], path[1], '/', path[3], path[4], '\0'};

	if (sync_folder(folder, lower) != 0 || sync_folder(folder, upper) != 0)
		return -1;
	return sync_folder(folder, ".");
}

/* Moves the sealed file to its place, making folders as needed; replaces a `damaged` one. */
static int bring(struct vault_writer *writer, const char *path, bool damaged)
{
	int folder = writer->vault->folder;
	char upper[3] = {path[0], path[1], '\0'};
	char lower[6] = {path[0], path[1], '/', path[3], path[4], '\0'};

	if (make_folder(folder, upper) != 0 || make_folder(folder, lower) != 0 ||
	    vault_stamp(folder, writer->tmp, &writer->stamp) != 0)
		return -1;
	if (damaged ? renameat(folder, writer->tmp, folder, path) != 0
	            : vault_name(folder, writer->tmp, path) != 0)
		return -1;
	writer->named = false;
	writer->brought = !damaged;
	return 0;
}

/*
 * Keeps the existing file if it matches its name, otherwise puts ours there; tries again if another
 * process was faster.  A name alone proves nothing: a disk can have changed the file under it, and
 * the bytes at hand may be the last good ones.  A file that somebody else owns (copied in by root)
 * can't be stamped and is replaced too.  Reading costs no more than uploading the same bytes.
 */
static int keep_or_bring(struct vault_writer *writer, const char *path)
{
	enum { TRIES = 100 };
	struct timespec now;
	int folder = writer->vault->folder;

	for (int tries = 0; tries < TRIES; tries++) {
		bool stamped = vault_stamp(folder, path, &now) == 0;
		bool taken = stamped || errno == EPERM;
		enum vault_state state = VAULT_DAMAGED;

		if (!taken && errno != ENOENT && errno != ENOTDIR)
			return -1;
		if (stamped)
			state = vault_judge(writer->vault, writer->blob.sha256, writer->blob.size,
			                    NULL, &writer->fault);
		if (state == VAULT_WHOLE)
			return 0;
		if (state == VAULT_MISSING) /* taken away meanwhile; soon it is put back, or the
		                               name is free */
			continue;
		if (bring(writer, path, taken) == 0) {
			writer->healed = taken;
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

enum vault_outcome vault_place(struct vault_writer *writer)
{
	char path[VAULT_PATH];
	int folder = writer->vault->folder;

	if (!writer->sealed || !vault_path(writer->blob.sha256, path))
		return VAULT_FAILED;
	if (keep_or_bring(writer, path) != 0 || sync_path(folder, path) != 0)
		return vault_outcome_of(errno);
	return VAULT_OK;
}

enum vault_outcome vault_place_over(struct vault_writer *writer)
{
	char path[VAULT_PATH];

	if (!writer->sealed || !vault_path(writer->blob.sha256, path))
		return VAULT_FAILED;
	return bring(writer, path, true) == 0 ? VAULT_OK : vault_outcome_of(errno);
}

const char *vault_healed(const struct vault_writer *writer)
{
	if (!writer->healed)
		return NULL;
	return writer->fault ? writer->fault : "another user's file";
}

static bool same_stamp(const struct stat *file, const struct timespec *stamp_then)
{
	return file->st_mtim.tv_sec == stamp_then->tv_sec &&
	       file->st_mtim.tv_nsec == stamp_then->tv_nsec;
}

void vault_discard(struct vault_writer *writer)
{
	int folder = writer->vault->folder;
	struct stat file;
	char path[VAULT_PATH], trash[TRASH_PATH], name[RANDOM_HEX + 1];

	if (!writer->brought || !vault_path(writer->blob.sha256, path))
		return;
	writer->brought = false;
	if (fstatat(folder, path, &file, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !same_stamp(&file, &writer->stamp) || make_folder(folder, "trash") != 0)
		return;
	random_name(name);
	snprintf(trash, sizeof trash, "trash/%s.%s", writer->blob.sha256, name);
	if (renameat(folder, path, folder, trash) != 0)
		return;
	if (fstatat(folder, trash, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    same_stamp(&file, &writer->stamp))
		unlinkat(folder, trash, 0);
	else
		vault_put_back(folder, trash, path);
}

void vault_abandon(struct vault_writer *writer)
{
	if (!writer)
		return;
	if (writer->file >= 0)
		close(writer->file);
	if (writer->named)
		unlinkat(writer->vault->folder, writer->tmp, 0);
	digest_free(writer->digest);
	free(writer);
}

enum vault_outcome vault_probe(struct vault *vault)
{
	struct vault_writer *writer = vault_begin(vault, 1);
	struct vault_blob blob;
	enum vault_outcome outcome;

	if (!writer)
		return vault_outcome_of(errno);
	outcome = vault_write(writer, "", 1);
	if (outcome == VAULT_OK)
		outcome = vault_seal(writer, &blob);
	vault_abandon(writer);
	return outcome;
}
