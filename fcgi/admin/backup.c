/*
 * silo-admin backup and restore.  The order is what makes a backup whole while the server runs: the
 * database first, then the vault.  A row names a file only after the file is durable, and files
 * never change, so every file that the dump names is there when it is copied.
 *
 *   DIR/database.dump   pg_dump's custom format
 *   DIR/vault/ab/cd/…   as in the vault; a second backup into the same folder copies what is new
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The connection as a libpq service file, so that no password is seen in a list of processes.
 * Returns its path (caller unlinks and frees) or NULL.
 */
static char *service_write(PGconn *connection, const char *folder)
{
	PQconninfoOption *options = PQconninfo(connection);
	char *path = NULL;
	FILE *out = NULL;
	int file = -1;

	if (!options || asprintf(&path, "%s/.service-XXXXXX", folder) < 0)
		goto fail;
	file = mkostemp(path, O_CLOEXEC); /* mode 0600 */
	if (file < 0 || !(out = fdopen(file, "w")))
		goto fail;
	fputs("[silo]\n", out);
	for (PQconninfoOption *option = options; option->keyword; option++)
		if (option->val && *option->val && strcmp(option->keyword, "options") != 0 &&
		    strcmp(option->keyword, "fallback_application_name") != 0)
			fprintf(out, "%s=%s\n", option->keyword, option->val);
	if (fclose(out) != 0)
		goto fail;
	PQconninfoFree(options);
	return path;
fail:
	fprintf(stderr, "silo-admin: %s: %s\n", folder, strerror(errno));
	PQconninfoFree(options);
	free(path);
	return NULL;
}

/* Runs a program of Postgres with the service file; true when it ended with 0. */
static bool run_program(const char *service, char *const *words)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setenv("PGSERVICEFILE", service, 1);
		setenv("PGSERVICE", "silo", 1);
		execvp(words[0], words);
		fprintf(stderr, "silo-admin: %s: %s\n", words[0], strerror(errno));
		_exit(127);
	}
	if (child < 0)
		return false;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "silo-admin: %s failed\n", words[0]);
	return false;
}

/* One content from one vault folder to another, with the folders above it. */
static bool content_copy(const char *from, const char *to, const char *sha256)
{
	char *source = NULL, *target = NULL, *upper = NULL, *lower = NULL;
	bool done = asprintf(&source, "%s/%.2s/%.2s/%s", from, sha256, sha256 + 2, sha256) >= 0 &&
	            asprintf(&target, "%s/%.2s/%.2s/%s", to, sha256, sha256 + 2, sha256) >= 0 &&
	            asprintf(&upper, "%s/%.2s", to, sha256) >= 0 &&
	            asprintf(&lower, "%s/%.2s/%.2s", to, sha256, sha256 + 2) >= 0 &&
	            folder_make(upper) && folder_make(lower) && file_copy(source, target);

	free(source);
	free(target);
	free(upper);
	free(lower);
	return done;
}

/* All contents that the database names; says how far it is on a terminal. */
static bool vault_copy(struct admin *admin, const char *from, const char *to)
{
	PGresult *rows = admin_run(admin, "select sha256 from silo.blobs order by sha256", 0, NULL);
	bool done = rows != NULL && folder_make(to);

	for (int row = 0; done && row < PQntuples(rows); row++) {
		done = content_copy(from, to, PQgetvalue(rows, row, 0));
		if (isatty(STDERR_FILENO) && (row % 100 == 0 || row + 1 == PQntuples(rows)))
			fprintf(stderr, "\r%d of %d files", row + 1, PQntuples(rows));
	}
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	done = done && folder_sync(to);
	if (done)
		printf("%d files in %s\n", PQntuples(rows), to);
	PQclear(rows);
	return done;
}

int backup_command(struct admin *admin, char **words)
{
	char *service = NULL, *dump = NULL, *part = NULL, *vault = NULL;
	int status = 1;

	if (!words[0] || words[1])
		return 2;
	umask(0077); /* a dump holds the hashes of passwords */
	if (!folder_make(words[0])) {
		fprintf(stderr, "silo-admin: %s: %s\n", words[0], strerror(errno));
		return 1;
	}
	if (asprintf(&dump, "%s/database.dump", words[0]) < 0 ||
	    asprintf(&part, "%s.part", dump) < 0 || asprintf(&vault, "%s/vault", words[0]) < 0)
		goto out;
	service = service_write(admin->connection, words[0]);
	if (!service)
		goto out;
	if (!run_program(service, (char *[]){"pg_dump", "--format=custom", "--schema=silo",
	                                     "--no-password", "--file", part, NULL}))
		goto out;
	/* Also files that a newer row names are copied: too much does no harm. */
	if (!vault_copy(admin, admin->settings->vault, vault))
		goto out;
	/* The dump gets its name last: a backup that broke off never looks whole. */
	if (rename(part, dump) != 0) {
		fprintf(stderr, "silo-admin: %s: %s\n", dump, strerror(errno));
		goto out;
	}
	printf("backup in %s\n", words[0]);
	status = 0;
out:
	if (service)
		unlink(service);
	free(service);
	free(dump);
	free(part);
	free(vault);
	return status;
}

/* Only into a database without Silo: a restore never overwrites anything. */
static bool database_is_free(struct admin *admin)
{
	PGresult *result =
	    admin_run(admin, "select 1 where to_regclass('silo.users') is not null", 0, NULL);
	bool is_free = result && PQntuples(result) == 0;

	if (result && !is_free)
		fputs("silo-admin: this database has Silo's tables already; restore into a new one "
		      "(createdb)\n",
		      stderr);
	PQclear(result);
	return is_free;
}

int restore_command(struct admin *admin, char **words)
{
	char *service = NULL, *dump = NULL, *vault = NULL;
	int status = 1;

	if (!words[0] || words[1])
		return 2;
	if (asprintf(&dump, "%s/database.dump", words[0]) < 0 ||
	    asprintf(&vault, "%s/vault", words[0]) < 0)
		goto out;
	if (access(dump, R_OK) != 0) {
		fprintf(stderr, "silo-admin: %s: %s\n", dump, strerror(errno));
		goto out;
	}
	/* Roles are not part of a dump. */
	if (!database_is_free(admin) || !roles_make(admin) ||
	    !admin_script(admin, "extension", "create extension if not exists pg_trgm"))
		goto out;
	service = service_write(admin->connection, words[0]);
	if (!service || !run_program(service, (char *[]){"pg_restore", "--exit-on-error",
	                                                 "--single-transaction", "--no-password",
	                                                 "--dbname=service=silo", dump, NULL}))
		goto out;
	if (!vault_copy(admin, vault, admin->settings->vault))
		goto out;
	puts("restored; run silo-admin migrate if this version is newer than the backup's, then "
	     "silo-admin check");
	status = 0;
out:
	if (service)
		unlink(service);
	free(service);
	free(dump);
	free(vault);
	return status;
}
