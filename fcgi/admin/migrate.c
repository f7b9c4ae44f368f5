/*
 * silo-admin migrate: applies sql/migrations in order, one transaction each, then sql/functions as
 * a whole when any of its texts changed.  One at a time, guarded by an advisory lock; running it
 * again changes nothing.
 */
#include "config.h"
#include "admin/admin.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* All numbered .sql files of a folder below sql_dir, in order; false after saying why not. */
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

/* The recorded hash of a migration or function file; NULL when it was never applied. Caller frees.
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

static bool migration_apply(struct admin *admin, const struct file *file, bool only_show)
{
	char number[16];
	char *known;

	snprintf(number, sizeof number, "%ld", strtol(file->name, NULL, 10));
	if (!recorded(admin, "select sha256 from silo.migrations where number = $1::integer",
	              number, &known))
		return false;
	if (known) {
		bool same = strcmp(known, file->sha256) == 0;

		if (!same)
			fprintf(stderr,
			        "silo-admin: %s is not the text that was applied; restore it and "
			        "add a new migration\n",
			        file->name);
		free(known);
		return same;
	}
	printf("%s %s\n", only_show ? "pending" : "applying", file->name);
	if (only_show)
		return true;
	return admin_script(admin, file->name, "begin") &&
	       admin_script(admin, file->name, file->text) &&
	       record(admin,
	              "insert into silo.migrations (number, name, sha256) values ($1::integer, $2, "
	              "$3)",
	              number, file) &&
	       admin_script(admin, file->name, "commit");
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

/*
 * All function files in one transaction.  Bodies are not checked while they are made, since they
 * name one another; the test suite calls each.
 */
static bool functions_apply(struct admin *admin, const struct files *files)
{
	if (!admin_script(
	        admin, "functions",
	        "begin; set local role silo_owner; set local check_function_bodies = off"))
		return false;
	for (int i = 0; i < files->count; i++)
		if (!admin_script(admin, files->list[i].name, files->list[i].text) ||
		    !record(admin,
		            "insert into silo.function_files (name, sha256) select $1, $3 where "
		            "$2::text is not null "
		            "on conflict (name) do update set sha256 = excluded.sha256, applied_at "
		            "= clock_timestamp()",
		            files->list[i].name, &files->list[i]))
			return false;
	return admin_script(admin, "functions", "commit");
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
	struct files migrations = {0}, functions = {0};
	bool changed = false;
	int status = 1;

	if (words[0] && (!only_show || words[1]))
		return 2;
	if (!files_read(sql_dir, "migrations", &migrations) ||
	    !files_read(sql_dir, "functions", &functions))
		goto out;
	/* Session-level, so that it covers all transactions below; ends with the connection. */
	if (!admin_script(admin, "migrate",
	                  "select pg_advisory_lock(hashtextextended('silo.migrate', 0))"))
		goto out;
	if (!roles_make(admin) || !apply_alone(admin, "bootstrap.sql"))
		goto out;
	for (int i = 0; i < migrations.count; i++)
		if (!migration_apply(admin, &migrations.list[i], only_show))
			goto out;
	if (!functions_changed(admin, &functions, &changed))
		goto out;
	if (changed)
		printf("%s functions\n", only_show ? "pending" : "applying");
	if (changed && !only_show && !functions_apply(admin, &functions))
		goto out;
	if (!only_show)
		puts("the database is up to date");
	status = 0;
out:
	files_free(&migrations);
	files_free(&functions);
	return status;
}
