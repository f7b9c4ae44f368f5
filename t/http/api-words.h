/*
 * Words for the suites about the contract and the rules: calls with JSON, and a hand on the
 * database for what no client can do.
 */
#ifndef SILO_T_API_WORDS_H
#define SILO_T_API_WORDS_H

#include "files-client.h"

#define JSON "Content-Type: application/json"
#define FORM "Content-Type: application/x-www-form-urlencoded"

/* A call with a JSON text, or none. */
static inline long say(const char *user, const char *method, const char *path, const char *json)
{
	return call(user, method, path, json, json != NULL ? strlen(json) : 0, JSON);
}

/* Runs a statement as the owner. */
static inline void sql(const char *text)
{
	char line[4000];

	snprintf(line, sizeof line, "psql -X -q -v ON_ERROR_STOP=1 '%s' -c \"%s\" >/dev/null",
	         env("SILO_OWNER_DATABASE"), text);
	ck_assert_int_eq(system(line), 0);
}

/* stop-postgres, start-postgres: what t/stack can do to the running stack. */
static inline int stack_command(const char *command)
{
	char line[2 * PATH_MAX + 300];

	snprintf(line, sizeof line, "'%s/t/stack/%s' '%s/stack' >/dev/null", stack_top, command,
	         stack_folder);
	return system(line);
}

#endif
