/*
 * What the commands of silo-admin share: one connection as the owner, running a statement,
 * asking for a password.  Commands return the exit status: 0 done, 1 failed, 2 usage.
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

/* One command; `words` are those after the command's name, NULL-terminated. */
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
 * Runs one statement with text values.  The result is the caller's (PQclear), or NULL after saying
 * on standard error what was refused.
 */
PGresult *admin_run(struct admin *admin, const char *statement, int count,
                    const char *const *values);

/* The vault of the settings, which must be there; NULL after saying why not. */
struct vault *admin_vault(const struct admin *admin);

/* Runs a text of several statements; false after saying why not. */
bool admin_script(struct admin *admin, const char *name, const char *text);

/*
 * The hash of a new password: asked twice without echo on a terminal, else the first line of
 * standard input.  NULL (said why) when there is none, or it is too short or too long.  Never taken
 * from the command line, where every user of the machine can read it.
 */
const char *password_ask(struct arena *arena, const char *username);

/* Makes the roles that Silo needs, where they are missing; false after saying why not. */
bool roles_make(struct admin *admin);

/* Takes "--name value" or "--name=value" out of `words`; NULL when absent. */
const char *option_take(char **words, const char *name);

/* Takes "--name" out of `words`; whether it was there. */
bool flag_take(char **words, const char *name);

#endif
