/*
 * silo-admin: the administrator's commands.  Connects as the owner of the database; the same SQL
 * functions as in the server keep every rule.
 */
#include "config.h"
#include "admin/admin.h"
#include "vault/vault.h"
#include "base/error_codes.h"
#include "database/pooler.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 30000 };

static const struct command {
	const char *name;
	admin_command *run;
	const char *usage;
} commands[] = {
    {"migrate", migrate_command,
     "migrate [--status]                  bring the database to this version"},
    {"user", user_command,
     "user add NAME --role viewer|editor|admin [--display-name TEXT]\n"
     "  user passwd NAME                    password from a prompt or standard input\n"
     "  user role NAME viewer|editor|admin\n"
     "  user activate NAME | deactivate NAME\n"
     "  user list"},
    {"token", token_command, "token create NAME --name TEXT [--days N]   an API token, shown once"},
    {"read-only", read_only_command,
     "read-only on|off|status             refuse writes, e.g. while the vault is moved"},
    {"check", check_command,
     "check [--quick]                     compare the vault with the database, hash every file"},
    {"verify", verify_command,
     "verify [--rate MB] [--minutes N] [--every DAYS] [--restart]\n"
     "                                      hash every file of the vault slowly, in the "
     "background"},
    {"clean", clean_command,
     "clean                               remove day-old files that no revision names"},
    {"backup", backup_command,
     "backup DIR [--verify]               database, then vault; repeated: only new files"},
    {"restore", restore_command,
     "restore DIR [--incomplete]          into a database without Silo, and its vault"},
    {"import", import_command,
     "import DIR|FILE.csv --as USER [--project NAME] [--type TYPE] [--comment TEXT]\n"
     "         [--jobs N] [--report FILE.csv]      take files in; repeated: continues\n"
     "  import DIR --plan FILE.csv          only list what would be taken in"},
    {"export", export_command,
     "export DIR [--all]                  write the newest files, or all revisions, and a "
     "manifest"},
    {NULL, NULL, NULL},
};

static void usage(FILE *out)
{
	fputs("silo-admin [--config FILE] [--database CONNINFO] [--setting=value] COMMAND\n\n",
	      out);
	for (const struct command *command = commands; command->name; command++)
		fprintf(out, "  %s\n", command->usage);
	fputs("\nsilo-admin connects as the database's owner (a member of silo_owner). Name the "
	      "connection with\n"
	      "--database, SILO_ADMIN_DATABASE or a configuration file of your own.\n",
	      out);
}

struct vault *admin_vault(const struct admin *admin)
{
	struct vault *vault = vault_attach(admin->settings->vault);

	if (!vault)
		fprintf(stderr, "silo-admin: %s: %s\n", admin->settings->vault, strerror(errno));
	return vault;
}

PGresult *admin_run(struct admin *admin, const char *statement, int count,
                    const char *const *values)
{
	PGresult *result =
	    PQexecParams(admin->connection, statement, count, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK) {
		const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);

		if (state && strncmp(state, "SL", 2) == 0 && hint)
			fprintf(stderr, "silo-admin: %s\n", hint);
		else if (state && strncmp(state, "SL", 2) == 0)
			fprintf(stderr, "silo-admin: %s\n", error_find(message)->sentence);
		else
			fprintf(stderr, "silo-admin: %s\n",
			        message ? message : PQerrorMessage(admin->connection));
		PQclear(result);
		return NULL;
	}
	return result;
}

bool admin_script(struct admin *admin, const char *name, const char *text)
{
	PGresult *result = PQexec(admin->connection, text);
	bool done =
	    PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!done)
		fprintf(stderr, "silo-admin: %s: %s", name, PQerrorMessage(admin->connection));
	PQclear(result);
	return done;
}

const char *option_take(char **words, const char *name)
{
	size_t length = strlen(name);

	for (char **word = words; *word; word++) {
		const char *value = NULL;
		int taken = 0;

		if (strcmp(*word, name) == 0 && word[1]) {
			value = word[1];
			taken = 2;
		} else if (strncmp(*word, name, length) == 0 && (*word)[length] == '=') {
			value = *word + length + 1;
			taken = 1;
		}
		if (taken) {
			for (char **rest = word; (rest[0] = rest[taken]); rest++)
				;
			return value;
		}
	}
	return NULL;
}

/* Notices such as "already exists, skipping" don't help the reader. */
static void swallow_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

bool flag_take(char **words, const char *name)
{
	for (char **word = words; *word; word++) {
		if (strcmp(*word, name) != 0)
			continue;
		for (; (word[0] = word[1]); word++)
			;
		return true;
	}
	return false;
}

static int run(const struct settings *settings, char **words)
{
	const struct command *command = commands;
	struct admin admin = {.settings = settings};
	int status;

	while (command->name && strcmp(command->name, words[0]) != 0)
		command++;
	if (!command->name) {
		fprintf(stderr, "silo-admin: no command '%s'; see silo-admin --help\n", words[0]);
		return 2;
	}
	admin.connection = PQconnectdb(settings->database);
	if (PQstatus(admin.connection) != CONNECTION_OK) {
		fprintf(stderr, "silo-admin: %s", PQerrorMessage(admin.connection));
		PQfinish(admin.connection);
		return 1;
	}
	if (pooler_is_between(admin.connection, ANSWER_MS)) {
		fprintf(stderr, "silo-admin: %s\n", pooler_advice);
		PQfinish(admin.connection);
		return 1;
	}
	PQsetNoticeReceiver(admin.connection, swallow_notice, NULL);
	status = command->run(&admin, words + 1);
	if (status == 2)
		fprintf(stderr, "usage: silo-admin %s\n", command->usage);
	PQfinish(admin.connection);
	return status;
}

/*
 * The owner's connection has its own variable.  Otherwise a service started from a shell that
 * exports it for silo-admin would read it and work as the owner.
 */
static bool take_own_variable(void)
{
	const char *conninfo = getenv("SILO_ADMIN_DATABASE");

	return !conninfo || !*conninfo || setenv("SILO_DATABASE", conninfo, 1) == 0;
}

int main(int argc, char **argv)
{
	struct settings settings;
	char **rest;
	int status = 2;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			usage(stdout);
			return 0;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("silo-admin " PACKAGE_VERSION);
			return 0;
		}
	}
	if (sodium_init() < 0 || !take_own_variable() ||
	    !settings_read(&settings, argc, argv, &rest))
		return 2;
	if (rest[1])
		status = run(&settings, rest + 1);
	else
		usage(stderr);
	settings_free(&settings);
	return status;
}
