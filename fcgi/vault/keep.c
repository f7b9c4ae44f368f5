/*
 * The file under a name of the folder: stamps it, names it, puts it back.
 */
#include "config.h"
#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int vault_stamp(int folder, const char *path, struct timespec *now)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, now);
	times[0] = *now;
	times[1] = *now;
	return utimensat(folder, path, times, AT_SYMLINK_NOFOLLOW);
}

/* File systems without this rename have links. */
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

	for (int tries = 0; tries < TRIES; tries++) {
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
