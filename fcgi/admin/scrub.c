/*
 * Compares a vault with its names, one of its 256 folders after the other.  A folder is listed
 * before its rows are read, so a file that gets its row meanwhile doesn't look like an orphan; and
 * every row's file is looked up by its name, so it doesn't look missing.
 */
#include "config.h"
#include "admin/scrub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDERS = 256 };

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
 * Looks twice before it calls a file lost or damaged: an upload may be bringing it back, or a
 * remover may have taken it away for a moment, or died with it in the trash.
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

	printf("%s  %s (%s)%s%s\n", what, vault_where(scrub->vault, sha256),
	       owners ? PQgetvalue(owners, 0, 0) : "", fault ? ": " : "", fault ? fault : "");
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

/* A listing of the vault, and where its names go. */
struct listing {
	struct scrub *scrub;
	struct names *names;
};

static void on_content(void *of, const char *sha256)
{
	const struct listing *listing = of;

	names_add(listing->names, sha256, 0);
}

static void on_foreign(void *of, const char *where)
{
	const struct listing *listing = of;

	listing->scrub->foreign++;
	printf("foreign  %s\n", where);
}

/* Reports what can't be read; its files will then be found damaged. */
static void on_unread(void *of, const char *where, const char *why)
{
	(void)of;
	printf("unread   %s: %s\n", where, why);
}

static void list(struct scrub *scrub, const char *prefix, struct names *names)
{
	struct listing listing = {scrub, names};

	vault_list(scrub->vault, prefix,
	           &(struct vault_listing){&listing, on_content, on_foreign, on_unread});
}

/* The rows that begin with `prefix` and come after the place, in order. */
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

		if (strcmp(file->sha256, scrub->place) <= 0 ||
		    (rows->count > 0 &&
		     bsearch(file, rows->at, rows->count, sizeof *rows->at, compare)))
			continue;
		scrub->orphaned++;
		printf("orphaned %s\n", vault_where(scrub->vault, file->sha256));
	}
}

static bool scrub_folder(struct scrub *scrub, const char *prefix)
{
	struct names files = {0}, rows = {0};
	bool done;

	list(scrub, prefix, &files);
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
		list(scrub, "", NULL); /* for what is foreign */
	for (int folder = 0; done && !scrub->is_stopped && folder < FOLDERS; folder++) {
		char prefix[3];

		snprintf(prefix, sizeof prefix, "%02x", (unsigned)folder & 0xff);
		if (strncmp(scrub->place, prefix, 2) <= 0)
			done = scrub_folder(scrub, prefix);
	}
	return done;
}
