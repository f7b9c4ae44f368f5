/*
 * silo-admin backup and restore.  The order makes a backup consistent while the server runs: first
 * the database, then the vault.  A row names a file only after the file is durable, and files
 * never change, so every file that the dump names is there when it is copied.
 *
 *   DIR/database.dump   pg_dump's custom format
 *   DIR/vault/ab/cd/…   as in the vault; a second backup into the same folder copies what is new
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/copy.h"
#include "admin/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Writes the connection to a libpq service file, so that no password shows in a list of processes.
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

/* Runs one of Postgres's programs with the service file; true if it exits with 0. */
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

/*
 * A backup that lacks files says so in a separate file.  It is written before the dump gets its
 * name, and removed after a complete dump has its name.  So no dump ever only looks complete.
 */
static bool mark(const char *folder, const struct transfer *transfer)
{
	char *path = NULL, *part = NULL;
	FILE *out = NULL;
	bool done = asprintf(&path, "%s/incomplete", folder) >= 0 &&
	            asprintf(&part, "%s.part", path) >= 0 && (out = fopen(part, "we")) != NULL;

	if (done)
		fwrite(transfer->list, 1, transfer->list_length, out);
	if (out)
		done = fflush(out) == 0 && fsync(fileno(out)) == 0;
	if (out)
		done = fclose(out) == 0 && done;
	done = done && rename(part, path) == 0;
	if (!done)
		fprintf(stderr, "silo-admin: %s/incomplete: %s\n", folder, strerror(errno));
	free(path);
	free(part);
	return done;
}

static bool unmark(const char *folder)
{
	char *path = NULL;
	bool done =
	    asprintf(&path, "%s/incomplete", folder) >= 0 && (unlink(path) == 0 || errno == ENOENT);

	if (!done)
		fprintf(stderr, "silo-admin: %s/incomplete: %s\n", folder, strerror(errno));
	free(path);
	return done;
}

/*
 * The dump gets its name last, so a backup that broke off never looks complete.  Returns the exit
 * status.
 */
static int backup_end(const char *folder, const char *part, const char *dump,
                      const struct transfer *transfer)
{
	const long lacking = transfer->missing + transfer->damaged;

	if (lacking > 0 && !mark(folder, transfer))
		return 1;
	if (rename(part, dump) != 0) {
		fprintf(stderr, "silo-admin: %s: %s\n", dump, strerror(errno));
		return 1;
	}
	if (lacking == 0 && !unmark(folder))
		return 1;
	if (lacking == 0)
		printf("backup in %s\n", folder);
	else
		fprintf(stderr,
		        "silo-admin: the backup in %s is incomplete: %ld files missing, %ld "
		        "damaged; %s/incomplete names them\n",
		        folder, transfer->missing, transfer->damaged, folder);
	if (transfer->rescuers > 0)
		fprintf(stderr,
		        "silo-admin: the backup still has %ld files that the vault has lost: copy "
		        "them back by their names\n",
		        transfer->rescuers);
	return lacking > 0 || transfer->rescuers > 0 ? 1 : 0;
}

int backup_command(struct admin *admin, char **words)
{
	struct transfer transfer = {.admin = admin,
	                            .from = admin->settings->vault,
	                            .trusts = !flag_take(words, "--verify"),
	                            .looks_back = true};
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
	/* This also copies files that only a newer row names, which does no harm. */
	transfer.to = vault;
	if (transfer_run(&transfer))
		status = backup_end(words[0], part, dump, &transfer);
out:
	if (service)
		unlink(service);
	free(transfer.list);
	free(service);
	free(dump);
	free(part);
	free(vault);
	return status;
}

/* Restores only into a database without Silo: it never overwrites anything. */
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

/* Restores a backup that lacks files only on request. */
static bool backup_is_fit(const char *folder, const char *dump, bool takes_incomplete)
{
	char *path = NULL, line[512];
	FILE *in;
	bool is_fit;

	if (access(dump, R_OK) != 0) {
		fprintf(stderr, "silo-admin: %s: %s\n", dump, strerror(errno));
		return false;
	}
	if (asprintf(&path, "%s/incomplete", folder) < 0)
		return false;
	in = fopen(path, "re");
	is_fit = takes_incomplete || (!in && errno == ENOENT);
	while (!is_fit && in && fgets(line, sizeof line, in))
		fputs(line, stdout);
	if (!is_fit)
		fprintf(stderr,
		        "silo-admin: this backup lacks the files that %s names; to restore "
		        "without them: silo-admin restore --incomplete %s\n",
		        path, folder);
	if (in)
		fclose(in);
	free(path);
	return is_fit;
}

int restore_command(struct admin *admin, char **words)
{
	const bool takes_incomplete = flag_take(words, "--incomplete");
	struct transfer transfer = {.admin = admin, .to = admin->settings->vault};
	char *service = NULL, *dump = NULL, *vault = NULL;
	int status = 1;

	if (!words[0] || words[1])
		return 2;
	if (asprintf(&dump, "%s/database.dump", words[0]) < 0 ||
	    asprintf(&vault, "%s/vault", words[0]) < 0)
		goto out;
	/* A dump has no roles. */
	if (!backup_is_fit(words[0], dump, takes_incomplete) || !database_is_free(admin) ||
	    !roles_make(admin) ||
	    !admin_script(admin, "extension", "create extension if not exists pg_trgm"))
		goto out;
	service = service_write(admin->connection, words[0]);
	if (!service || !run_program(service, (char *[]){"pg_restore", "--exit-on-error",
	                                                 "--single-transaction", "--no-password",
	                                                 "--dbname=service=silo", dump, NULL}))
		goto out;
	transfer.from = vault;
	if (!transfer_run(&transfer))
		goto out;
	puts("restored; run silo-admin migrate if this version is newer than the backup's, then "
	     "silo-admin check");
	status = transfer.missing + transfer.damaged > 0 ? 1 : 0;
	if (status != 0)
		fprintf(
		    stderr,
		    "silo-admin: the backup lacks files: %ld missing, %ld damaged; everything else "
		    "has been restored\n",
		    transfer.missing, transfer.damaged);
out:
	if (service)
		unlink(service);
	free(transfer.list);
	free(service);
	free(dump);
	free(vault);
	return status;
}
