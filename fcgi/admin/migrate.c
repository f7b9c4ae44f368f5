/*
 * silo-admin migrate: applies the pending migrations in order, and all functions if any of their
 * texts has changed, in one transaction: workers see the old version or the new one, never a mix.
 * An advisory lock allows one at a time; running it again changes nothing.
 */
#include "config.h"
#include "admin/admin.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* About 13 seconds in total. */
enum { TRIES = 10, PAUSE_MS = 500 };

struct file {
	char *name; /* owned */
	char *text; /* owned */
	char sha256[crypto_hash_sha256_BYTES * 2 + 1];
};

struct files {
	struct file *list;
	int count;
};

static char *read_text(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text = NULL;
	size_t length = 0, space = 0;

	if (!in) {
		fprintf(stderr, "silo-admin: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	for (;;) {
		if (space - length < 4096) {
			char *larger = realloc(text, space + 65536);

			if (!larger)
				break;
			text = larger;
			space += 65536;
		}
		size_t more = fread(text + length, 1, space - length - 1, in);

		length += more;
		if (more == 0)
			break;
	}
	if (ferror(in) || !text) {
		fprintf(stderr, "silo-admin: %s: cannot be read\n", path);
		free(text);
		text = NULL;
	} else {
		text[length] = '\0';
	}
	fclose(in);
	return text;
}

static int is_sql(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && length > 4 &&
	       strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static void files_free(struct files *files)
{
	for (int i = 0; i < files->count; i++) {
		free(files->list[i].name);
		free(files->list[i].text);
	}
	free(files->list);
}

/* All numbered .sql files of a folder below sql_dir, in order; false after saying what failed. */
static bool files_read(const char *sql_dir, const char *folder, struct files *files)
{
	struct dirent **entries = NULL;
	char *path = NULL;
	int count = -1;
	bool done = false;

	*files = (struct files){0};
	if (asprintf(&path, "%s/%s", sql_dir, folder) < 0)
		return false;
	count = scandir(path, &entries, is_sql, alphasort);
	if (count <= 0) {
		fprintf(stderr, "silo-admin: no migrations in %s (setting sql_dir)\n", path);
		goto out;
	}
	files->list = calloc((size_t)count, sizeof *files->list);
	if (!files->list)
		goto out;
	for (int i = 0; i < count; i++) {
		struct file *file = &files->list[files->count++];
		unsigned char hash[crypto_hash_sha256_BYTES];
		char *where = NULL;

		file->name = strdup(entries[i]->d_name);
		if (asprintf(&where, "%s/%s", path, entries[i]->d_name) < 0)
			goto out;
		file->text = read_text(where);
		free(where);
		if (!file->text || !file->name)
			goto out;
		crypto_hash_sha256(hash, (unsigned char *)file->text, strlen(file->text));
		sodium_bin2hex(file->sha256, sizeof file->sha256, hash, sizeof hash);
	}
	done = true;
out:
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	free(path);
	return done;
}

/*
 * The recorded hash of a migration or function file; NULL if it was never applied.  Caller frees.
 */
static bool recorded(struct admin *admin, const char *statement, const char *key, char **sha256)
{
	PGresult *result = admin_run(admin, statement, 1, &key);

	*sha256 = NULL;
	if (!result)
		return false;
	if (PQntuples(result) > 0)
		*sha256 = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return true;
}

static bool record(struct admin *admin, const char *statement, const char *key,
                   const struct file *file)
{
	const char *values[] = {key, file->name, file->sha256};
	PGresult *result = admin_run(admin, statement, 3, values);

	PQclear(result);
	return result != NULL;
}

/* Is this migration still to be applied?  False also after saying why that can't be determined. */
static bool migration_pending(struct admin *admin, const struct file *file, bool *pending)
{
	char number[16];
	char *known;
	bool same;

	snprintf(number, sizeof number, "%ld", strtol(file->name, NULL, 10));
	if (!recorded(admin, "select sha256 from silo.migrations where number = $1::integer",
	              number, &known))
		return false;
	*pending = !known;
	same = !known || strcmp(known, file->sha256) == 0;
	if (!same)
		fprintf(stderr,
		        "silo-admin: %s differs from the text that was applied; restore it and add "
		        "a new "
		        "migration\n",
		        file->name);
	free(known);
	return same;
}

static bool functions_changed(struct admin *admin, const struct files *files, bool *changed)
{
	*changed = false;
	for (int i = 0; i < files->count; i++) {
		char *known;

		if (!recorded(admin, "select sha256 from silo.function_files where name = $1",
		              files->list[i].name, &known))
			return false;
		if (!known || strcmp(known, files->list[i].sha256) != 0)
			*changed = true;
		free(known);
	}
	return true;
}

/* The plan, made before anything is done. */
struct plan {
	struct files migrations, functions;
	bool *pending; /* of each migration; owned */
	bool functions_changed;
};

static void plan_free(struct plan *plan)
{
	files_free(&plan->migrations);
	files_free(&plan->functions);
	free(plan->pending);
}

static bool plan_make(struct admin *admin, struct plan *plan)
{
	plan->pending = calloc((size_t)plan->migrations.count, sizeof *plan->pending);
	if (!plan->pending)
		return false;
	for (int i = 0; i < plan->migrations.count; i++)
		if (!migration_pending(admin, &plan->migrations.list[i], &plan->pending[i]))
			return false;
	return functions_changed(admin, &plan->functions, &plan->functions_changed);
}

static bool plan_is_empty(const struct plan *plan)
{
	bool empty = !plan->functions_changed;

	for (int i = 0; i < plan->migrations.count; i++)
		empty = empty && !plan->pending[i];
	return empty;
}

static void plan_print(const struct plan *plan, const char *verb)
{
	for (int i = 0; i < plan->migrations.count; i++)
		if (plan->pending[i])
			printf("%s %s\n", verb, plan->migrations.list[i].name);
	if (plan->functions_changed)
		printf("%s functions\n", verb);
	fflush(stdout);
}

enum outcome { DONE, FAILED, IN_USE };

/* Like admin_script, but a table in use is no fault: prints nothing and returns IN_USE. */
static enum outcome attempt(struct admin *admin, const char *name, const char *text)
{
	PGresult *result = PQexec(admin->connection, text);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	ExecStatusType status = PQresultStatus(result);
	enum outcome outcome = FAILED;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		outcome = DONE;
	else if (state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0))
		outcome = IN_USE;
	else
		fprintf(stderr, "silo-admin: %s: %s", name, PQerrorMessage(admin->connection));
	PQclear(result);
	return outcome;
}

/* Each migration begins as the role that connected, whatever role the one before it has taken. */
static enum outcome migration_apply(struct admin *admin, const struct file *file)
{
	enum outcome outcome = attempt(admin, file->name, "reset role");
	char number[16];

	snprintf(number, sizeof number, "%ld", strtol(file->name, NULL, 10));
	if (outcome == DONE)
		outcome = attempt(admin, file->name, file->text);
	if (outcome == DONE && !record(admin,
	                               "insert into silo.migrations (number, name, sha256) values "
	                               "($1::integer, $2, $3)",
	                               number, file))
		outcome = FAILED;
	return outcome;
}

/*
 * Function bodies are not checked when created, because within a file they call one another.  The
 * tests check and call each, and sql/lint proves that no file calls a later one.
 */
static enum outcome functions_apply(struct admin *admin, const struct files *files)
{
	enum outcome outcome =
	    attempt(admin, "functions",
	            "reset role; set local role silo_owner; set local check_function_bodies = off");

	for (int i = 0; i < files->count && outcome == DONE; i++) {
		const struct file *file = &files->list[i];

		outcome = attempt(admin, file->name, file->text);
		if (outcome == DONE &&
		    !record(admin,
		            "insert into silo.function_files (name, sha256) select $1, $3 where "
		            "$2::text is not null on conflict (name) do update "
		            "set sha256 = excluded.sha256, applied_at = clock_timestamp()",
		            file->name, file))
			outcome = FAILED;
	}
	return outcome;
}

/*
 * The whole plan in one transaction.  It gives way to people at work.  After one second Postgres
 * looks for a deadlock on their side, so it waits a little less than that for a table; and it looks
 * for one itself at once, if the role may set that.  So none of their calls is ever the victim.
 */
static enum outcome plan_apply(struct admin *admin, const struct plan *plan)
{
	enum outcome outcome =
	    attempt(admin, "migrate",
	            "begin; set local lock_timeout = '800ms';"
	            "do $$ begin perform set_config('deadlock_timeout', '50ms', true);"
	            " exception when insufficient_privilege then null; end $$");

	for (int i = 0; i < plan->migrations.count && outcome == DONE; i++)
		if (plan->pending[i])
			outcome = migration_apply(admin, &plan->migrations.list[i]);
	if (outcome == DONE && plan->functions_changed)
		outcome = functions_apply(admin, &plan->functions);
	if (outcome == DONE)
		outcome = attempt(admin, "migrate", "commit");
	if (outcome != DONE)
		PQclear(PQexec(admin->connection, "rollback"));
	return outcome;
}

/* Between the tries the others continue; 0 success, 1 after saying what failed. */
static int plan_carry_out(struct admin *admin, const struct plan *plan)
{
	enum outcome outcome = plan_apply(admin, plan);

	for (int left = TRIES - 1; left > 0 && outcome == IN_USE; left--) {
		if (left == TRIES - 1) {
			puts("waiting: somebody uses a table that must change");
			fflush(stdout);
		}
		usleep(PAUSE_MS * 1000);
		outcome = plan_apply(admin, plan);
	}
	if (outcome == IN_USE)
		fputs("silo-admin: a long transaction, such as a backup's, uses a table that must "
		      "change. Nothing was changed; run migrate again when it has ended (see "
		      "pg_stat_activity).\n",
		      stderr);
	return outcome == DONE ? 0 : 1;
}

/* One .sql file of sql_dir as one transaction. */
static bool apply_alone(struct admin *admin, const char *name)
{
	char *path = NULL, *text;
	bool done;

	if (asprintf(&path, "%s/%s", admin->settings->sql_dir, name) < 0)
		return false;
	text = read_text(path);
	done = text && admin_script(admin, name, "begin") && admin_script(admin, name, text) &&
	       admin_script(admin, name, "commit");
	free(text);
	free(path);
	return done;
}

bool roles_make(struct admin *admin)
{
	return apply_alone(admin, "roles.sql");
}

int migrate_command(struct admin *admin, char **words)
{
	const char *sql_dir = admin->settings->sql_dir;
	bool only_show = words[0] && strcmp(words[0], "--status") == 0;
	struct plan plan = {0};
	int status = 1;

	if (words[0] && (!only_show || words[1]))
		return 2;
	if (!files_read(sql_dir, "migrations", &plan.migrations) ||
	    !files_read(sql_dir, "functions", &plan.functions))
		goto out;
	/* A session-level lock covers all transactions below, and ends with the connection. */
	if (!admin_script(admin, "migrate",
	                  "select pg_advisory_lock(hashtextextended('silo.migrate', 0))"))
		goto out;
	if (!roles_make(admin) || !apply_alone(admin, "bootstrap.sql") || !plan_make(admin, &plan))
		goto out;
	plan_print(&plan, only_show ? "pending" : "applying");
	if (only_show || plan_is_empty(&plan))
		status = 0;
	else
		status = plan_carry_out(admin, &plan);
	if (status == 0 && !only_show)
		puts("the database is up to date");
out:
	plan_free(&plan);
	return status;
}
