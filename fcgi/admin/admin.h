/*
 * What the commands of silo-admin share: one connection as the owner, running statements, asking
 * for a password.  Commands return the exit status: 0 success, 1 failure, 2 wrong usage.
 */
#ifndef SILO_ADMIN_H
#define SILO_ADMIN_H

#include <libpq-fe.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/settings.h"

struct admin {
	const struct settings *settings;
	PGconn *connection; /* owned by main */
};

struct vault;

/* One command; `words` are the arguments after its name, NULL-terminated. */
typedef int admin_command(struct admin *admin, char **words);

admin_command migrate_command;
admin_command user_command;
admin_command token_command;
admin_command read_only_command;
admin_command check_command;
admin_command verify_command;
admin_command clean_command;
admin_command backup_command;
admin_command restore_command;
admin_command import_command;
admin_command export_command;

/*
 * Runs one statement with text values.  The caller frees the result (PQclear).  NULL after printing
 * to standard error what was refused.
 */
PGresult *admin_run(struct admin *admin, const char *statement, int count,
                    const char *const *values);

/* The vault named in the settings, which must exist; NULL after saying why it can't be opened. */
struct vault *admin_vault(const struct admin *admin);

/* Runs a text of several statements; false after saying what failed. */
bool admin_script(struct admin *admin, const char *name, const char *text);

/*
 * The hash of a new password: on a terminal it asks twice without echo, else it reads the first
 * line of standard input.  NULL, after saying why, if there is none or it is too short or too long.
 * It never takes it from the command line, where every user of the machine could read it.
 */
const char *password_ask(struct arena *arena, const char *username);

/* Creates the roles that Silo needs, if they are missing; false after saying what failed. */
bool roles_make(struct admin *admin);

/* Removes "--name value" or "--name=value" from `words` and returns the value; NULL if absent. */
const char *option_take(char **words, const char *name);

/* Removes "--name" from `words`; returns whether it was there. */
bool flag_take(char **words, const char *name);

#endif
