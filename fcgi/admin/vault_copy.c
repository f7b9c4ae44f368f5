/*
 * Copying a vault.  One lost file must not keep all others from being brought home.
 */
#include "config.h"
#include "admin/vault_copy.h"
#include "admin/copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES_SHOWN = 100 };

static char *content_path(const char *vault, const char *sha256)
{
	char *path;

	return asprintf(&path, "%s/%.2s/%.2s/%s", vault, sha256, sha256 + 2, sha256) < 0 ? NULL
	                                                                                 : path;
}

static bool folders_make(const char *vault, const char *sha256)
{
	char *upper = NULL, *lower = NULL;
	bool done = asprintf(&upper, "%s/%.2s", vault, sha256) >= 0 &&
	            asprintf(&lower, "%s/%.2s/%.2s", vault, sha256, sha256 + 2) >= 0 &&
	            folder_make(upper) && folder_make(lower);

	if (!done)
		fprintf(stderr, "silo-admin: %s/%.2s: %s\n", vault, sha256, strerror(errno));
	free(upper);
	free(lower);
	return done;
}

/*
 * One line on the list, and as far as somebody reads them on standard output.  Whose content it is
 * can be told by databases of this version; one that was restored may be older.
 */
static bool note(struct vault_copy *copy, FILE *list, const char *what,
                 const struct content *content, const char *fault)
{
	PGresult *owners =
	    PQexecParams(copy->admin->connection, "select silo.vault_owners($1)", 1, NULL,
	                 (const char *const[]){content->sha256}, NULL, NULL, 0);
	const char *whose =
	    PQresultStatus(owners) == PGRES_TUPLES_OK ? PQgetvalue(owners, 0, 0) : "";
	char *line = NULL;
	bool done =
	    PQstatus(copy->admin->connection) == CONNECTION_OK &&
	    asprintf(&line, "%s  %s, %lld bytes (%s)%s%s\n", what, content->sha256,
	             (long long)content->size, whose, fault ? ": " : "", fault ? fault : "") >= 0;

	if (done) {
		fputs(line, list);
		if (copy->missing + copy->damaged <= LINES_SHOWN)
			fputs(line, stdout);
	}
	PQclear(owners);
	free(line);
	return done;
}

/* The target has it; has the source it still?  Only looked at, not read. */
static void look_back(struct vault_copy *copy, const char *path, const struct content *content)
{
	struct stat found;
	const char *fault = NULL;

	if (stat(path, &found) != 0)
		fault = strerror(errno);
	else if (!S_ISREG(found.st_mode) || found.st_size != content->size)
		fault = "another size";
	if (!fault)
		return;
	copy->rescuers++;
	printf("lost     %s: %s; %s has it\n", path, fault, copy->to);
}

static bool copy_one(struct vault_copy *copy, const struct content *content, FILE *list)
{
	char *from = content_path(copy->from, content->sha256);
	char *to = content_path(copy->to, content->sha256);
	const char *fault = NULL;
	enum copied result = from && to && folders_make(copy->to, content->sha256)
	                         ? content_copy(from, to, content, copy->trusts, &fault)
	                         : COPY_FAILED;
	bool done = result != COPY_FAILED;

	copy->files += result == COPY_DONE || result == COPY_KEPT;
	copy->missing += result == COPY_MISSING;
	copy->damaged += result == COPY_DAMAGED;
	if (result == COPY_KEPT && copy->looks_back)
		look_back(copy, from, content);
	if (result == COPY_MISSING)
		done = note(copy, list, "missing", content, NULL);
	if (result == COPY_DAMAGED)
		done = note(copy, list, "damaged", content, fault);
	free(from);
	free(to);
	return done;
}

static bool copy_rows(struct vault_copy *copy, const PGresult *rows, FILE *list)
{
	const bool is_terminal = isatty(STDERR_FILENO);
	const int count = PQntuples(rows);
	bool done = true;

	for (int row = 0; done && row < count; row++) {
		const struct content content = {PQgetvalue(rows, row, 0),
		                                strtoll(PQgetvalue(rows, row, 1), NULL, 10)};

		done = copy_one(copy, &content, list);
		if (is_terminal && (row % 100 == 0 || row + 1 == count))
			fprintf(stderr, "\r%d of %d files", row + 1, count);
	}
	if (is_terminal)
		fputc('\n', stderr);
	return done;
}

bool vault_copy(struct vault_copy *copy)
{
	PGresult *rows =
	    admin_run(copy->admin, "select sha256, size from silo.blobs order by sha256", 0, NULL);
	FILE *list = open_memstream(&copy->list, &copy->list_length);
	bool done = rows != NULL && list != NULL && folder_make(copy->to);

	if (rows && !done)
		fprintf(stderr, "silo-admin: %s: %s\n", copy->to, strerror(errno));
	done = done && copy_rows(copy, rows, list);
	if (list)
		done = fclose(list) == 0 && done;
	done = done && folder_sync(copy->to);
	if (done && copy->missing + copy->damaged > LINES_SHOWN)
		printf("and %ld more\n", copy->missing + copy->damaged - LINES_SHOWN);
	if (done)
		printf("%ld files in %s\n", copy->files, copy->to);
	PQclear(rows);
	return done;
}
