/*
 * What every command of `silo` gets: its arguments, the settings, the connection, and the one
 * place where a failure is noted until main shows it.  Knows no command.
 */
#ifndef SILO_SILO_H
#define SILO_SILO_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

/* Exit codes: documented in silo(1), never renumbered. */
enum silo_exit {
	SILO_DONE = 0,
	SILO_FAILED = 1,
	SILO_USAGE = 2,
	SILO_HELD = 3,   /* another holds the lock */
	SILO_DENIED = 4, /* not signed in, or not allowed */
	SILO_STALE = 5,  /* the item has moved on */
	SILO_AWAY = 6    /* no server, or it can't serve now */
};

struct failure {
	int exit;
	const char *code;     /* machine code: the server's, or one of ours */
	const char *message;  /* one sentence for a person */
	const char *hints;    /* next steps, one a line, or NULL */
	json_object *details; /* the server's answer, owned by the arena, or NULL */
	json_object *done;    /* array of what was done before it failed, as details, or NULL */
};

struct command;
struct http;

struct silo {
	struct arena *arena; /* for the life of the command */
	const struct command *command;
	const char **options; /* parallel to command->options: value, "" for a flag, NULL */
	char **words;         /* what is neither option nor command */
	int word_count;
	bool json;
	bool quiet;
	char *url;             /* of the server, no slash at the end; NULL: none known */
	char *token;           /* NULL: not signed in */
	char *user;            /* whose token it is, NULL until asked (see silo_user) */
	char *ca_file;         /* certificates to trust, NULL: the system's */
	char *ca_given;        /* --cacert, NULL: not given */
	bool from_environment; /* url or token come from the environment */
	bool url_from_environment, token_from_environment;
	struct http *http;
	bool in_folder; /* the command works in a folder whose files it has not made follow yet */
	struct failure failure;
};

/* Notes the failure and returns its exit code: `return silo_fail(silo, SILO_USAGE, …)`. */
int silo_fail(struct silo *silo, int exit_code, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds one next step to the failure noted last. */
void silo_hint(struct silo *silo, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The failure as the JSON object that --json prints.  The caller owns it. */
json_object *silo_failure_json(const struct silo *silo);

/* Adds to the failure noted last what was done before it (kept until the end, not owned). */
void silo_fail_after(struct silo *silo, json_object *files);

/* The option's value; "" for a flag that was given; NULL when it was not, or there is none such. */
const char *silo_option(const struct silo *silo, const char *name);

/* Ties a JSON value to the command's arena and returns it. */
json_object *silo_keep(struct silo *silo, json_object *value);

/* The name of this machine, "" when it has none; in the arena. */
char *silo_workstation(struct silo *silo);

#endif
