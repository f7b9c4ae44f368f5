/*
 * silo-admin check: does the vault hold what the database names, and nothing that it does not?
 * Re-hashes every file (with --quick only looks at sizes).  Changes nothing.
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

struct tally {
	long files, missing, damaged, orphaned;
};

/* NULL when the content is as named, else what is wrong with it. */
static const char *hash_fault(const char *path, const char *sha256)
{
	char hex[HASH_HEX + 1];
	int in = open(path, O_RDONLY | O_CLOEXEC);
	const char *fault = NULL;

	if (in < 0 || !hash_file(in, hex))
		fault = strerror(errno);
	else if (strcmp(hex, sha256) != 0)
		fault = "content differs from its name";
	if (in >= 0)
		close(in);
	return fault;
}

static bool check_named(const char *vault, const char *sha256, const char *size, bool quick,
                        struct tally *tally)
{
	const char *fault = NULL;
	struct stat found;
	char *path = NULL;

	if (asprintf(&path, "%s/%.2s/%.2s/%s", vault, sha256, sha256 + 2, sha256) < 0)
		return false;
	tally->files++;
	if (stat(path, &found) != 0) {
		tally->missing++;
		printf("missing  %s\n", path);
	} else {
		if (found.st_size != (off_t)strtoll(size, NULL, 10))
			fault = "size differs from the database";
		else if (!quick)
			fault = hash_fault(path, sha256);
		if (fault) {
			tally->damaged++;
			printf("damaged  %s: %s\n", path, fault);
		}
	}
	free(path);
	return true;
}

static bool is_named(struct admin *admin, const char *name, bool *named)
{
	PGresult *result = admin_run(admin, "select 1 from silo.blobs where sha256 = $1", 1, &name);

	if (!result)
		return false;
	*named = PQntuples(result) > 0;
	PQclear(result);
	return true;
}

/* Walks the two levels of folders; only what lies where the vault puts files counts. */
static bool check_orphans(struct admin *admin, const char *path, int level, struct tally *tally)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool done = true;

	if (!folder)
		return level > 0 || errno == ENOENT;
	while (done && (entry = readdir(folder))) {
		char *inner = NULL;
		bool named;

		if (entry->d_name[0] == '.' || (level < 2 && strlen(entry->d_name) != 2))
			continue;
		if (level < 2) {
			done = asprintf(&inner, "%s/%s", path, entry->d_name) >= 0 &&
			       check_orphans(admin, inner, level + 1, tally);
			free(inner);
			continue;
		}
		done = is_named(admin, entry->d_name, &named);
		if (done && !named) {
			tally->orphaned++;
			printf("orphaned %s/%s\n", path, entry->d_name);
		}
	}
	closedir(folder);
	return done;
}

int check_command(struct admin *admin, char **words)
{
	const char *vault = admin->settings->vault;
	bool quick = words[0] && strcmp(words[0], "--quick") == 0;
	struct tally tally = {0};
	PGresult *result;
	bool done;

	if (words[0] && (!quick || words[1]))
		return 2;
	result = admin_run(admin, "select sha256, size from silo.blobs order by sha256", 0, NULL);
	done = result != NULL;
	for (int row = 0; done && row < PQntuples(result); row++)
		done = check_named(vault, PQgetvalue(result, row, 0), PQgetvalue(result, row, 1),
		                   quick, &tally);
	PQclear(result);
	done = done && check_orphans(admin, vault, 0, &tally);
	if (!done)
		return 1;
	printf("%ld files named, %ld missing, %ld damaged, %ld orphaned\n", tally.files,
	       tally.missing, tally.damaged, tally.orphaned);
	return tally.missing || tally.damaged ? 1 : 0;
}
