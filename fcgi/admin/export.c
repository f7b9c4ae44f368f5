/*
 * silo-admin export: writes the files under the names that people know, to leave Silo or to have a
 * copy without a server.
 *
 *   DIR/<part number>/<file name>              the newest revision of each item, or with --all
 *   DIR/<part number>/<revision>/<file name>   every one
 *   DIR/manifest.csv                           what each is; silo-admin import reads it again
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/copy.h"
#include "admin/import/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/filename.h"

/* The columns of silo.export_list, in order. */
enum {
	PART_NUMBER,
	REVISION,
	FILENAME,
	SIZE,
	SHA256,
	ITEM_TYPE,
	DESCRIPTION,
	PROJECT,
	COMMENT,
	CREATED_BY,
	CREATED_AT
};

struct export
{
	struct admin *admin;
	struct vault *vault;
	const char *folder;
	bool is_all;
	long written, lacking;
};

/*
 * The path for a revision below the folder; makes the folders above it.  Part numbers are always
 * safe in a path; an unsafe file name (from an old version, or from elsewhere) is refused.  NULL
 * after saying why; the caller frees it.
 */
static char *place_make(const struct export *export, const PGresult *rows, int row)
{
	const char *number = PQgetvalue(rows, row, PART_NUMBER);
	const char *revision = PQgetvalue(rows, row, REVISION);
	const char *name = PQgetvalue(rows, row, FILENAME);
	char *path = NULL, *upper = NULL, *lower = NULL;
	bool done;

	if (filename_problem(name, strlen(name)) != NULL)
		name = "file";
	done = asprintf(&upper, "%s/%s", export->folder, number) >= 0 && folder_make(upper);
	if (done && export->is_all)
		done = asprintf(&lower, "%s/%s", upper, revision) >= 0 && folder_make(lower) &&
		       asprintf(&path, "%s/%s/%s", number, revision, name) >= 0;
	else if (done)
		done = asprintf(&path, "%s/%s", number, name) >= 0;
	if (!done)
		fprintf(stderr, "silo-admin: %s/%s: %s\n", export->folder, number, strerror(errno));
	free(upper);
	free(lower);
	return done ? path : NULL;
}

/* Prints which revision's file is missing or damaged in the vault. */
static void tell_lacking(struct export *export, const PGresult *rows, int row, const char *what,
                         const char *path, const char *fault)
{
	printf("%s  %s, revision %s: %s%s%s\n", what, PQgetvalue(rows, row, PART_NUMBER),
	       PQgetvalue(rows, row, REVISION), path, fault ? ": " : "", fault ? fault : "");
	export->lacking++;
}

static void write_row(struct export *export, const PGresult *rows, int row, const char *place,
                      FILE *manifest)
{
	const char *fields[CREATED_AT + 2] = {place};

	for (int column = 0; column <= CREATED_AT; column++)
		fields[column + 1] = PQgetvalue(rows, row, column);
	csv_row(manifest, fields, CREATED_AT + 2);
	export->written++;
}

/*
 * Writes one file and its row of the manifest.  Reads an existing file before keeping it: the
 * newest revision may have the same length as the one before.
 */
static bool write_one(struct export *export, const PGresult *rows, int row, FILE *manifest)
{
	struct vault_blob content = {.size = strtoll(PQgetvalue(rows, row, SIZE), NULL, 10)};
	char *place = place_make(export, rows, row), *to = NULL;
	const char *fault = NULL;
	bool done = place && asprintf(&to, "%s/%s", export->folder, place) >= 0;

	snprintf(content.sha256, sizeof content.sha256, "%s", PQgetvalue(rows, row, SHA256));
	switch (done ? content_copy(export->vault, &content, to, &fault) : VAULT_COPY_FAILED) {
	case VAULT_COPIED:
	case VAULT_KEPT:
		write_row(export, rows, row, place, manifest);
		break;
	case VAULT_COPY_MISSING:
		tell_lacking(export, rows, row, "missing",
		             vault_where(export->vault, content.sha256), NULL);
		break;
	case VAULT_COPY_DAMAGED:
		tell_lacking(export, rows, row, "damaged",
		             vault_where(export->vault, content.sha256), fault);
		break;
	case VAULT_COPY_FAILED:
		done = false;
	}
	free(place);
	free(to);
	return done;
}

static bool write_all(struct export *export, const PGresult *rows, FILE *manifest)
{
	static const char *const header[] = {"file",    "part_number", "revision",   "filename",
	                                     "size",    "sha256",      "item_type",  "description",
	                                     "project", "comment",     "created_by", "created_at"};
	const bool is_terminal = isatty(STDERR_FILENO);
	bool done = true;

	csv_row(manifest, header, sizeof header / sizeof *header);
	for (int row = 0; done && row < PQntuples(rows); row++) {
		done = write_one(export, rows, row, manifest);
		if (is_terminal && (row % 100 == 0 || row + 1 == PQntuples(rows)))
			fprintf(stderr, "\r%d of %d files", row + 1, PQntuples(rows));
	}
	if (is_terminal)
		fputc('\n', stderr);
	return done && !ferror(manifest);
}

int export_command(struct admin *admin, char **words)
{
	struct export export = {.admin = admin, .is_all = flag_take(words, "--all")};
	const char *const every[] = {export.is_all ? "true" : "false"};
	char *manifest = NULL, *part = NULL;
	FILE *out = NULL;
	PGresult *rows = NULL;
	int status = 1;

	if (!words[0] || words[1])
		return 2;
	export.folder = words[0];
	export.vault = admin_vault(admin);
	if (!export.vault)
		goto out;
	rows = admin_run(admin, "select * from silo.export_list($1)", 1, every);
	if (!rows)
		goto out;
	if (!folder_make(words[0]) || asprintf(&manifest, "%s/manifest.csv", words[0]) < 0 ||
	    asprintf(&part, "%s.part", manifest) < 0 || !(out = fopen(part, "we"))) {
		fprintf(stderr, "silo-admin: %s: %s\n", words[0], strerror(errno));
		goto out;
	}
	if (!write_all(&export, rows, out))
		goto out;
	/* The manifest gets its name last: with it an export is complete. */
	if (fclose(out) != 0 || !folder_sync(words[0]) || rename(part, manifest) != 0) {
		out = NULL;
		fprintf(stderr, "silo-admin: %s: %s\n", manifest, strerror(errno));
		goto out;
	}
	out = NULL;
	printf("%ld files in %s, listed in %s", export.written, words[0], manifest);
	if (export.lacking > 0)
		printf("; %ld missing or damaged in the vault", export.lacking);
	putchar('\n');
	status = export.lacking > 0 ? 1 : 0;
out:
	if (out)
		fclose(out);
	PQclear(rows);
	vault_close(export.vault);
	free(manifest);
	free(part);
	return status;
}
