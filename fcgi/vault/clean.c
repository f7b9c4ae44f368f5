/*
 * Removing files of the vault that no row names.  Whether one does is asked of the caller; how to
 * remove without racing an upload is the rule in folder.h.
 */
#include "config.h"
#include "vault/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What can't be read or removed is skipped and counted; without the rows it can't continue. */
struct cleaning {
	struct vault *vault;
	vault_is_named *is_named;
	void *of;
	struct vault_cleaned *cleaned;
};

static bool is_old(int folder, const char *path, int64_t *size)
{
	struct stat file;

	if (fstatat(folder, path, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
		return false;
	*size = file.st_size;
	return file.st_mtime < time(NULL) - VAULT_GRACE_SECONDS;
}

/*
 * Takes the name away, then looks; if the file was stamped or named meanwhile, puts it back.
 * ENOENT: a reader has already put it back (vault_find).
 */
static bool remove_unnamed(struct cleaning *cleaning, const char *sha256, const char *path)
{
	int folder = cleaning->vault->folder;
	char trash[6 + VAULT_HEX + 2 + 32];
	unsigned char random[8];
	char hex[2 * sizeof random + 1];
	int64_t size;
	bool named = true, asked;

	randombytes_buf(random, sizeof random);
	sodium_bin2hex(hex, sizeof hex, random, sizeof random);
	snprintf(trash, sizeof trash, "trash/%.*s.%s", VAULT_HEX, sha256, hex);
	if (renameat(folder, path, folder, trash) != 0) {
		cleaning->cleaned->troubles += errno != ENOENT;
		return true;
	}
	asked = cleaning->is_named(cleaning->of, sha256, &named);
	if (asked && !named && is_old(folder, trash, &size)) {
		if (unlinkat(folder, trash, 0) != 0) {
			cleaning->cleaned->troubles += errno != ENOENT;
			return true;
		}
		cleaning->cleaned->files++;
		cleaning->cleaned->bytes += size;
		return true;
	}
	if (vault_put_back(folder, trash, path) != 0)
		cleaning->cleaned->troubles += errno != ENOENT;
	return asked;
}

static bool clean_one(struct cleaning *cleaning, const char *sha256)
{
	char path[VAULT_PATH];
	int64_t size;
	bool named;

	if (!vault_path(sha256, path) || !is_old(cleaning->vault->folder, path, &size))
		return true;
	/* Nearly all are named and never touched. */
	if (!cleaning->is_named(cleaning->of, sha256, &named))
		return false;
	return named || remove_unnamed(cleaning, sha256, path);
}

/* A link in place of a folder is not followed: root cleans, and the service's user may have put it.
 */
static bool is_link(int at, const char *name)
{
	struct stat found;

	return fstatat(at, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
}

/* Folders "ab" at level 0, "ab/cd" at level 1, files at level 2.  False without the rows. */
static bool clean_folder(struct cleaning *cleaning, const char *name, int level)
{
	int folder =
	    openat(cleaning->vault->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	bool fine = true;

	if (!entries) {
		if (folder >= 0)
			close(folder);
		cleaning->cleaned->troubles +=
		    (errno != ENOTDIR && errno != ENOENT) || is_link(cleaning->vault->folder, name);
		return true;
	}
	while (fine && (entry = readdir(entries))) {
		char inner[8];

		if (level == 2) {
			fine = clean_one(cleaning, entry->d_name);
		} else if (strlen(entry->d_name) == 2 &&
		           strspn(entry->d_name, "0123456789abcdef") == 2) {
			snprintf(inner, sizeof inner, level == 0 ? "%.2s" : "%.2s/%.2s",
			         level == 0 ? entry->d_name : name, entry->d_name);
			fine = clean_folder(cleaning, inner, level + 1);
		}
	}
	closedir(entries);
	return fine;
}

/* What a dead remover left goes back first, and is then judged like all others. */
static bool empty_trash(struct vault *vault)
{
	int folder =
	    openat(vault->folder, "trash", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;

	if (!entries) {
		if (folder >= 0)
			close(folder);
		return false;
	}
	while ((entry = readdir(entries))) {
		char sha256[VAULT_HEX + 1];
		int64_t size;

		snprintf(sha256, sizeof sha256, "%.64s", entry->d_name);
		vault_find(vault, sha256, &size);
	}
	closedir(entries);
	return true;
}

bool vault_clean(struct vault *vault, vault_is_named *is_named, void *of,
                 struct vault_cleaned *cleaned)
{
	struct cleaning cleaning = {vault, is_named, of, cleaned};

	*cleaned = (struct vault_cleaned){0};
	if (mkdirat(vault->folder, "trash", 0750) != 0 && errno != EEXIST)
		return false;
	cleaned->temporary = vault_sweep(vault);
	return empty_trash(vault) && clean_folder(&cleaning, ".", 0) && cleaned->troubles == 0;
}
