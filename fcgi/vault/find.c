/*
 * Finds things in the vault: files by their name, leftovers of a dead remover in `trash/` and of a
 * crash in `tmp/`.
 */
#include "config.h"
#include "vault/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * Calls `each` for every name in a folder of the vault; returns how often it was true.  Never
 * follows a link: root cleans up what belongs to the service's user, who must not choose another
 * folder.
 */
static int walk(struct vault *vault, const char *name,
                bool (*each)(struct vault *vault, int folder, const char *entry, const char *want),
                const char *want)
{
	int folder = openat(vault->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	int count = 0;

	if (!entries) {
		if (folder >= 0)
			close(folder);
		return 0;
	}
	while ((entry = readdir(entries)))
		if (entry->d_name[0] != '.' && each(vault, folder, entry->d_name, want))
			count++;
	closedir(entries);
	return count;
}

/* Puts back a file that a dead remover has left behind. */
static bool put_back(struct vault *vault, int trash, const char *entry, const char *sha256)
{
	char path[VAULT_PATH], taken[6 + NAME_MAX + 1];

	(void)trash;
	snprintf(taken, sizeof taken, "trash/%s", entry);
	return strncmp(entry, sha256, VAULT_HEX) == 0 && vault_path(sha256, path) &&
	       vault_put_back(vault->folder, taken, path) == 0;
}

static bool present(struct vault *vault, const char *path, int64_t *size)
{
	struct stat file;

	if (fstatat(vault->folder, path, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
		return false;
	*size = file.st_size;
	return true;
}

bool vault_find(struct vault *vault, const char *sha256, int64_t *size)
{
	char path[VAULT_PATH];

	if (!vault_path(sha256, path))
		return false;
	if (present(vault, path, size))
		return true;
	/*
	 * Even if nothing was found: the remover that had taken it may have put it back meanwhile.
	 */
	walk(vault, "trash", put_back, sha256);
	return present(vault, path, size);
}

int vault_read(struct vault *vault, const char *sha256)
{
	char path[VAULT_PATH];

	if (!vault_path(sha256, path)) {
		errno = EINVAL;
		return -1;
	}
	/* Don't wait for something that is no file: a pipe has no other end. */
	return openat(vault->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static bool sweep_one(struct vault *vault, int tmp, const char *entry, const char *unused)
{
	struct stat file;

	(void)vault;
	(void)unused;
	return fstatat(tmp, entry, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode) &&
	       file.st_mtime < time(NULL) - VAULT_GRACE_SECONDS && unlinkat(tmp, entry, 0) == 0;
}

int vault_sweep(struct vault *vault)
{
	return walk(vault, "tmp", sweep_one, NULL);
}
