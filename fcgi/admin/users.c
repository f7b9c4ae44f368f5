/*
 * silo-admin user, token, read-only: people and the server's mode, through the same SQL functions
 * that the routes call.
 */
#include "config.h"
#include "admin/admin.h"
#include "base/password.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A worker's call ends at its statement timeout at the latest. */
enum { CALLS_WAIT_MS = 120000, CALLS_LOOK_MS = 20 };

static int finish(PGresult *result, const char *done)
{
	if (!result)
		return 1;
	PQclear(result);
	puts(done);
	return 0;
}

static int user_add(struct admin *admin, char **words)
{
	const char *role = option_take(words, "--role");
	const char *display_name = option_take(words, "--display-name");
	struct arena *arena;
	const char *hash;
	int status = 1;

	if (!words[0] || words[1] || !role)
		return 2;
	arena = arena_new();
	hash = arena ? password_ask(arena, words[0]) : NULL;
	if (hash)
		status = finish(admin_run(admin, "select * from silo.user_create($1, $2, $3, $4)",
		                          4, (const char *[]){words[0], display_name, role, hash}),
		                "user added");
	arena_free(arena);
	return status;
}

static int user_passwd(struct admin *admin, char **words)
{
	struct arena *arena;
	const char *hash;
	int status = 1;

	if (!words[0] || words[1])
		return 2;
	arena = arena_new();
	hash = arena ? password_ask(arena, words[0]) : NULL;
	if (hash)
		status = finish(
		    admin_run(admin, "select * from silo.user_update($1, null, null, null, $2)", 2,
		              (const char *[]){words[0], hash}),
		    "password set; sessions ended");
	arena_free(arena);
	return status;
}

static int user_role(struct admin *admin, char **words)
{
	if (!words[0] || !words[1] || words[2])
		return 2;
	return finish(admin_run(admin, "select * from silo.user_update($1, $2, null, null, null)",
	                        2, (const char *[]){words[0], words[1]}),
	              "role set");
}

static int user_active(struct admin *admin, char **words, const char *active)
{
	if (!words[0] || words[1])
		return 2;
	return finish(
	    admin_run(admin, "select * from silo.user_update($1, null, $2::boolean, null, null)", 2,
	              (const char *[]){words[0], active}),
	    strcmp(active, "true") == 0 ? "activated" : "deactivated; sessions and tokens stopped");
}

static int user_list(struct admin *admin)
{
	PGresult *result =
	    admin_run(admin,
	              "select username, role, case when active then 'active' else 'inactive' end, "
	              "display_name from silo.users order by lower(username)",
	              0, NULL);

	if (!result)
		return 1;
	for (int row = 0; row < PQntuples(result); row++)
		printf("%-24s %-7s %-9s %s\n", PQgetvalue(result, row, 0),
		       PQgetvalue(result, row, 1), PQgetvalue(result, row, 2),
		       PQgetvalue(result, row, 3));
	PQclear(result);
	return 0;
}

int user_command(struct admin *admin, char **words)
{
	const char *verb = words[0];

	if (!verb)
		return 2;
	words++;
	if (strcmp(verb, "add") == 0)
		return user_add(admin, words);
	if (strcmp(verb, "passwd") == 0)
		return user_passwd(admin, words);
	if (strcmp(verb, "role") == 0)
		return user_role(admin, words);
	if (strcmp(verb, "activate") == 0)
		return user_active(admin, words, "true");
	if (strcmp(verb, "deactivate") == 0)
		return user_active(admin, words, "false");
	if (strcmp(verb, "list") == 0 && !words[0])
		return user_list(admin);
	return 2;
}

/* Creates the token as that user would; true on success. */
static bool token_make(struct admin *admin, const char *username, const char *const values[4])
{
	PGresult *caller, *made = NULL;
	bool done = false;

	if (!admin_script(admin, "token", "begin"))
		return false;
	caller = admin_run(admin,
	                   "select set_config('silo.caller', username, true) from silo.users "
	                   "where lower(username) = lower($1) and active",
	                   1, &username);
	if (caller && PQntuples(caller) == 0)
		fprintf(stderr, "silo-admin: no active user '%s'\n", username);
	if (caller && PQntuples(caller) == 1) {
		made = admin_run(admin, "select * from silo.token_create($1, $2::integer, $3, $4)",
		                 4, values);
		done = made && admin_script(admin, "token", "commit");
	}
	PQclear(made);
	PQclear(caller);
	return done;
}

int token_command(struct admin *admin, char **words)
{
	const char *name = option_take(words, "--name");
	const char *days = option_take(words, "--days");
	struct arena *arena;
	char *token;
	int status = 1;

	if (!words[0] || strcmp(words[0], "create") != 0 || !words[1] || words[2] || !name)
		return 2;
	arena = arena_new();
	if (!arena)
		return 1;
	token = secret_new(arena, "silo_");
	if (token_make(admin, words[1],
	               (const char *[]){name, days, secret_hash(arena, token),
	                                arena_copy(arena, token, PREFIX_LENGTH)})) {
		puts(token);
		status = 0;
	}
	sodium_memzero(token, strlen(token));
	arena_free(arena);
	return status;
}

/*
 * Waits for the calls that may have begun before the mode changed; false after saying what failed.
 */
static bool calls_end(struct admin *admin)
{
	struct timespec pause = {.tv_nsec = CALLS_LOOK_MS * 1000000L};
	PGresult *before = admin_run(
	    admin, "select coalesce(array_agg(call), '{}') from silo.calls_running() call", 0,
	    NULL);
	bool ended = false;

	if (!before)
		return false;
	for (int waited = 0; waited < CALLS_WAIT_MS && !ended; waited += CALLS_LOOK_MS) {
		PGresult *left =
		    admin_run(admin, "select from silo.calls_running() call where call = any ($1)",
		              1, (const char *[]){PQgetvalue(before, 0, 0)});

		if (!left)
			break;
		ended = PQntuples(left) == 0;
		PQclear(left);
		if (!ended)
			nanosleep(&pause, NULL);
	}
	PQclear(before);
	if (!ended)
		fputs("silo-admin: new writes are refused, but one that began before still runs; "
		      "try again\n",
		      stderr);
	return ended;
}

int read_only_command(struct admin *admin, char **words)
{
	bool on = words[0] && strcmp(words[0], "on") == 0;
	PGresult *result;

	if (words[0] && !words[1] && strcmp(words[0], "status") == 0) {
		result = admin_run(admin, "select silo.server_mode()", 0, NULL);
		if (!result)
			return 1;
		puts(PQgetvalue(result, 0, 0));
		PQclear(result);
		return 0;
	}
	if (!words[0] || words[1] || (!on && strcmp(words[0], "off") != 0))
		return 2;
	result = admin_run(admin, "select silo.server_mode_set($1)", 1,
	                   (const char *[]){on ? "read-only" : "normal"});
	if (!result || !on)
		return finish(result, "the server accepts writes");
	PQclear(result);
	if (!calls_end(admin))
		return 1;
	puts("the server refuses writes");
	return 0;
}
