/*
 * Copying files so that a crash leaves a whole one or none.
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

bool file_copy(const char *from, const char *to)
{
	struct stat source, present;
	char *part = NULL;
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	bool done = false;
	off_t left;

	if (in < 0 || fstat(in, &source) != 0)
		goto out;
	if (stat(to, &present) == 0 && present.st_size == source.st_size) {
		done = true;
		goto out;
	}
	if (asprintf(&part, "%s.part", to) < 0)
		goto out;
	out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, COPY_FILE_MODE);
	if (out < 0)
		goto out;
	if (!give_to_owner(part))
		goto out;
	for (left = source.st_size; left > 0;) {
		ssize_t copied = copy_file_range(in, NULL, out, NULL, (size_t)left, 0);

		if (copied <= 0)
			goto out;
		left -= copied;
	}
	done = fsync(out) == 0 && rename(part, to) == 0;
out:
	if (!done)
		fprintf(stderr, "silo-admin: %s to %s: %s\n", from, to, strerror(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	if (!done && part)
		unlink(part);
	free(part);
	return done;
}

bool folder_sync(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = folder >= 0 && syncfs(folder) == 0;

	if (folder >= 0)
		close(folder);
	return done;
}
