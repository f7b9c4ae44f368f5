/*
 * The one table of commands: name, arguments, options, help, examples, handler.
 * Parser, help, completions and manual page come from it.
 */
#ifndef SILO_COMMANDS_H
#define SILO_COMMANDS_H

#include "core/command.h"
#include "core/silo.h"

/* All commands, ended by a NULL name. */
extern const struct command commands[];

/* Options that every command takes, ended by a NULL name. */
extern const struct command_option common_options[];

/* The command of the first one or two words; *used says how many.  NULL: no such command. */
const struct command *command_find(char **words, int count, int *used);

/*
 * Reads everything after the program's name into silo.  Returns SILO_DONE with silo->command set,
 * or SILO_USAGE with the failure noted.  *help: --help was asked for; command may be NULL
 * then: for a group, which silo->words names, or all.
 */
int command_parse(struct silo *silo, int count, char **words, bool *help);

/* Commands of two words form groups, e.g. "token": is this one, and does it hold the command? */
bool command_is_group(const char *word);
bool command_in_group(const struct command *command, const char *group);

/*
 * Help on standard output, as text or as JSON: for one command; when NULL for a group of commands;
 * when both are NULL for all.
 */
void help_show(const struct silo *silo, const struct command *command, const char *group);

/* Handlers, by family. */
int login_run(struct silo *silo);
int logout_run(struct silo *silo);
int whoami_run(struct silo *silo);
int password_run(struct silo *silo);
int token_create_run(struct silo *silo);
int token_list_run(struct silo *silo);
int token_revoke_run(struct silo *silo);
int user_list_run(struct silo *silo);
int user_create_run(struct silo *silo);
int user_set_run(struct silo *silo);
int add_run(struct silo *silo);
int checkout_run(struct silo *silo);
int get_run(struct silo *silo);
int commit_run(struct silo *silo);
int undo_run(struct silo *silo);
int forget_run(struct silo *silo);
int restore_run(struct silo *silo);
int lock_run(struct silo *silo);
int unlock_run(struct silo *silo);
int renew_run(struct silo *silo);
int request_run(struct silo *silo);
int locks_run(struct silo *silo);
int ls_run(struct silo *silo);
int log_run(struct silo *silo);
int status_run(struct silo *silo);
int watch_run(struct silo *silo);
int edit_run(struct silo *silo);
int help_run(struct silo *silo);

#endif
