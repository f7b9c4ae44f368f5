/*
 * Holding a vault against its names, one of its 256 folders after the other.  A folder is listed
 * before its rows are asked for, so a file that gets its row meanwhile can't seem to be an orphan;
 * and every row's file is looked for by its name, so it can't seem to be missing.
 */
#include "config.h"
#include "admin/scrub.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDERS = 256 };

static bool is_hex(const char *name, size_t length)
{
	return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

/* ---- one file -------------------------------------------------------------------------------- */

static enum vault_state judge_once(struct scrub *scrub, const char *sha256, int64_t size,
                                   const char **fault)
{
	int64_t found;

	if (!scrub->quick)
		return vault_judge(scrub->vault, sha256, size, scrub->watch, fault);
	if (!vault_find(scrub->vault, sha256, &found))
		return VAULT_MISSING;
	*fault = "another size";
	return found == size ? VAULT_WHOLE : VAULT_DAMAGED;
}

/*
 * Looked at twice before it is called lost or damaged: an upload may be bringing it back, a remover
 * may have taken it away for a moment or have died with it in the trash.
 */
static enum vault_state judge(struct scrub *scrub, const char *sha256, int64_t size,
                              const char **fault)
{
	enum vault_state state = judge_once(scrub, sha256, size, fault);
	int64_t found;

	if (state == VAULT_WHOLE || state == VAULT_UNTOLD)
		return state;
	vault_find(scrub->vault, sha256, &found);
	return judge_once(scrub, sha256, size, fault);
}

static void tell(struct scrub *scrub, const char *what, const char *sha256, const char *fault)
{
	PGresult *owners = admin_run(scrub->admin, "select silo.vault_owners($1)", 1, &sha256);
	char path[VAULT_PATH];

	if (vault_path(sha256, path))
		printf("%s  %s/%s (%s)%s%s\n", what, scrub->admin->settings->vault, path,
		       owners ? PQgetvalue(owners, 0, 0) : "", fault ? ": " : "",
		       fault ? fault : "");
	fflush(stdout);
	PQclear(owners);
}

/* A row's file; false when asked to stop. */
static bool judge_named(struct scrub *scrub, const char *sha256, int64_t size)
{
	const char *fault = NULL;
	enum vault_state state = judge(scrub, sha256, size, &fault);

	if (state == VAULT_UNTOLD)
		return false;
	scrub->files++;
	scrub->bytes += size;
	if (state == VAULT_MISSING) {
		scrub->missing++;
		tell(scrub, "missing", sha256, NULL);
	} else if (state == VAULT_DAMAGED) {
		scrub->damaged++;
		tell(scrub, "damaged", sha256, fault);
	}
	snprintf(scrub->place, sizeof scrub->place, "%s", sha256);
	return !scrub->each || scrub->each(scrub);
}

/* ---- one of the 256 folders ------------------------------------------------------------------ */

/* Names as they are found, or rows with their sizes. */
struct name {
	char sha256[VAULT_HEX + 1];
	int64_t size;
};
struct names {
	struct name *at;
	size_t count, room;
};

static void names_add(struct names *names, const char *sha256, int64_t size)
{
	if (names->count == names->room) {
		names->room = names->room ? names->room * 2 : 256;
		names->at = realloc(names->at, names->room * sizeof *names->at);
		if (!names->at)
			abort();
	}
	snprintf(names->at[names->count].sha256, sizeof names->at->sha256, "%.*s", VAULT_HEX,
	         sha256);
	names->at[names->count++].size = size;
}

static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return strcmp(a->sha256, b->sha256);
}

/*
 * Lists `folder` ("" for the vault, "ab", "ab/cd"): what a vault has put there goes to `names` or
 * is walked into, the rest is told.  What can't be read is told too; its files will be found
 * damaged.
 */
static void list_folder(struct scrub *scrub, const char *folder, struct names *names)
{
	const int level = *folder == '\0' ? 0 : strlen(folder) == 2 ? 1 : 2;
	char *path = NULL;
	struct dirent *entry;
	DIR *open;

	if (asprintf(&path, "%s/%s", scrub->admin->settings->vault, folder) < 0)
		abort();
	open = opendir(path);
	if (!open && errno != ENOENT)
		printf("unread   %s: %s\n", path, strerror(errno));
	while (open && (entry = readdir(open))) {
		const char *name = entry->d_name;
		char inner[VAULT_PATH];

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (level == 2 && vault_path(name, inner) && strncmp(inner, folder, 5) == 0)
			names_add(names, name, 0);
		else if (level == 1 && is_hex(name, 2)) {
			snprintf(inner, sizeof inner, "%.2s/%.2s", folder, name);
			list_folder(scrub, inner, names);
		} else if (level > 0 ||
		           (!is_hex(name, 2) && strcmp(name, "tmp") != 0 &&
		            strcmp(name, "trash") != 0 && strcmp(name, "lost+found") != 0)) {
			scrub->foreign++;
			printf("foreign  %s/%s\n", path, name);
		}
	}
	if (open)
		closedir(open);
	free(path);
}

/* The rows that begin with `prefix` and come after the place, in their order. */
static bool load_rows(struct scrub *scrub, const char *prefix, struct names *rows)
{
	char after[VAULT_HEX + 1];
	bool is_over = false;

	snprintf(after, sizeof after, "%s",
	         strcmp(scrub->place, prefix) > 0 ? scrub->place : prefix);
	while (!is_over) {
		PGresult *page =
		    admin_run(scrub->admin, "select sha256, size from silo.vault_names($1, 5000)",
		              1, (const char *const[]){after});

		if (!page)
			return false;
		is_over = PQntuples(page) == 0;
		for (int row = 0; !is_over && row < PQntuples(page); row++) {
			const char *sha256 = PQgetvalue(page, row, 0);

			is_over = strncmp(sha256, prefix, 2) != 0;
			if (!is_over)
				names_add(rows, sha256,
				          strtoll(PQgetvalue(page, row, 1), NULL, 10));
			snprintf(after, sizeof after, "%s", sha256);
		}
		PQclear(page);
	}
	return true;
}

static void tell_orphans(struct scrub *scrub, const struct names *files, const struct names *rows)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct name *file = &files->at[i];
		char path[VAULT_PATH];

		if (strcmp(file->sha256, scrub->place) <= 0 ||
		    (rows->count > 0 &&
		     bsearch(file, rows->at, rows->count, sizeof *rows->at, compare)) ||
		    !vault_path(file->sha256, path))
			continue;
		scrub->orphaned++;
		printf("orphaned %s/%s\n", scrub->admin->settings->vault, path);
	}
}

static bool scrub_folder(struct scrub *scrub, const char *prefix)
{
	struct names files = {0}, rows = {0};
	bool done;

	list_folder(scrub, prefix, &files);
	done = load_rows(scrub, prefix, &rows);
	if (done)
		tell_orphans(scrub, &files, &rows);
	for (size_t i = 0; done && !scrub->is_stopped && i < rows.count; i++)
		scrub->is_stopped = !judge_named(scrub, rows.at[i].sha256, rows.at[i].size);
	free(files.at);
	free(rows.at);
	return done;
}

/* ---- all of it ------------------------------------------------------------------------------- */

bool scrub_run(struct scrub *scrub)
{
	bool done = true;

	if (!*scrub->place)
		list_folder(scrub, "", NULL); /* for what is foreign */
	for (int folder = 0; done && !scrub->is_stopped && folder < FOLDERS; folder++) {
		char prefix[3];

		snprintf(prefix, sizeof prefix, "%02x", (unsigned)folder & 0xff);
		if (strncmp(scrub->place, prefix, 2) <= 0)
			done = scrub_folder(scrub, prefix);
	}
	return done;
}

struct vault *scrub_vault(struct admin *admin)
{
	const char *folder = admin->settings->vault;
	struct vault *vault = access(folder, R_OK | X_OK) == 0 ? vault_open(folder) : NULL;

	if (!vault)
		fprintf(stderr, "silo-admin: %s: %s\n", folder, strerror(errno));
	return vault;
}
