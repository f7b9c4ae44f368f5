/*
 * token …, user …: one's own tokens, and the users for admins.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include "commands/commands.h"
#include "commands/options.h"
#include "core/members.h"
#include "core/text.h"
#include "server/api.h"
#include "terminal/output.h"
#include "terminal/prompt.h"

int token_create_run(struct silo *silo)
{
	json_object *body;
	struct api_answer answer;
	int64_t days = option_number(silo, "days", 0);
	const char *token;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (days < 0)
		return silo->failure.exit;
	body = json_object_new_object();
	json_object_object_add(body, "name", json_object_new_string(silo->words[0]));
	if (days > 0)
		json_object_object_add(body, "expires_in_days", json_object_new_int64(days));
	ended = api_call(silo, "POST", "/api/auth/tokens", body, &answer);
	if (ended != SILO_DONE)
		return ended;
	token = member_text(answer.body, "token");
	if (token == NULL)
		return silo_fail(silo, SILO_FAILED, "bad_answer", "the server returned no token");
	if (silo->json)
		output_json(json_object_get(answer.body));
	else
		puts(text_printable(silo->arena, token));
	return SILO_DONE;
}

/* A time of the past or future in a cell, "never" when there is none. */
static void time_cell(struct silo *silo, struct table *table, const char *time)
{
	time_t when = text_time(time);

	table_cell(table, COLOUR_NONE,
	           when == (time_t)-1 ? "never"
	                              : text_when(silo->arena, when, http_now(silo->http)));
}

int token_list_run(struct silo *silo)
{
	static const char *const titles[] = {"NAME",    "STARTS WITH", "LAST USED",
	                                     "EXPIRES", "ID",          NULL};
	struct table *table;
	json_object *rows;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = api_list(silo, "/api/auth/tokens", "tokens", 0, &rows);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		output_json_member("tokens", rows);
		return SILO_DONE;
	}
	table = table_new(silo->arena, titles);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		table_cell(table, COLOUR_NONE, member_text(row, "name"));
		table_cell(table, COLOUR_NONE, member_text(row, "prefix"));
		time_cell(silo, table, member_text(row, "last_used_at"));
		time_cell(silo, table, member_text(row, "expires_at"));
		table_cell(table, COLOUR_NONE, member_text(row, "id"));
	}
	table_show(table, 0);
	return SILO_DONE;
}

/* The id of the one token of that name; the word itself when there is none or several. */
static const char *token_id(struct silo *silo, const char *word)
{
	json_object *rows;
	const char *found = NULL;
	size_t count = 0;

	if (api_list(silo, "/api/auth/tokens", "tokens", 0, &rows) != SILO_DONE)
		return word;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *name = member_text(row, "name");

		if (name != NULL && strcmp(name, word) == 0) {
			found = member_text(row, "id");
			count++;
		}
	}
	return count == 1 && found != NULL ? found : word;
}

int token_revoke_run(struct silo *silo)
{
	struct api_answer answer;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	ended = api_call(silo, "DELETE",
	                 arena_print(silo->arena, "/api/auth/tokens/%s",
	                             text_encoded(silo->arena, token_id(silo, silo->words[0]))),
	                 NULL, &answer);
	if (ended == SILO_DONE && silo->json)
		output_json(json_object_new_object());
	if (ended == SILO_DONE)
		output_say(silo, "Revoked\n");
	return ended;
}

int user_list_run(struct silo *silo)
{
	static const char *const titles[] = {"NAME", "ROLE", "ACTIVE", "FULL NAME", NULL};
	struct table *table;
	json_object *rows;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = api_list(silo, "/api/users", "users", 0, &rows);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		output_json_member("users", rows);
		return SILO_DONE;
	}
	table = table_new(silo->arena, titles);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i), *active = NULL;

		json_object_object_get_ex(row, "active", &active);
		table_cell(table, COLOUR_NONE, member_text(row, "username"));
		table_cell(table, COLOUR_NONE, member_text(row, "role"));
		table_cell(table, COLOUR_NONE, json_object_get_boolean(active) ? "yes" : "no");
		table_cell(table, COLOUR_NONE, member_text(row, "display_name"));
	}
	table_show(table, 3);
	return SILO_DONE;
}

/* Adds a text member when there is one. */
static void add_text(json_object *body, const char *name, const char *text)
{
	if (text != NULL)
		json_object_object_add(body, name, json_object_new_string(text));
}

/* Shows the user the server answered with. */
static int show_user(struct silo *silo, json_object *user, const char *verb)
{
	const char *name = member_text(user, "username"), *role = member_text(user, "role");

	if (silo->json)
		output_json(json_object_get(user));
	output_say(silo, "%s %s (%s)\n", verb, name ? name : "?", role ? role : "?");
	return SILO_DONE;
}

int user_create_run(struct silo *silo)
{
	const char *role = silo_option(silo, "role"), *password;
	json_object *body;
	struct api_answer answer;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (silo_option(silo, "password-stdin") != NULL)
		password = prompt_stdin_line(silo);
	else
		password = prompt_secret(
		    silo, arena_print(silo->arena, "First password of %s: ", silo->words[0]));
	if (password == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "no password was given");
	body = json_object_new_object();
	add_text(body, "username", silo->words[0]);
	add_text(body, "role", role ? role : "editor");
	add_text(body, "display_name", silo_option(silo, "display-name"));
	add_text(body, "password", password);
	ended = api_call(silo, "POST", "/api/users", body, &answer);
	return ended == SILO_DONE ? show_user(silo, answer.body, "Made") : ended;
}

int user_set_run(struct silo *silo)
{
	bool on = silo_option(silo, "activate") != NULL;
	bool off = silo_option(silo, "deactivate") != NULL;
	json_object *body = silo_keep(silo, json_object_new_object());
	struct api_answer answer;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	add_text(body, "role", silo_option(silo, "role"));
	add_text(body, "display_name", silo_option(silo, "display-name"));
	if (on != off)
		json_object_object_add(body, "active", json_object_new_boolean(on));
	if (silo_option(silo, "password-stdin") != NULL)
		add_text(body, "password", prompt_stdin_line(silo));
	if (json_object_object_length(body) == 0)
		return silo_fail(silo, SILO_USAGE, "usage",
		                 "say what to change: silo user set --help");
	ended = api_call(
	    silo, "PATCH",
	    arena_print(silo->arena, "/api/users/%s", text_encoded(silo->arena, silo->words[0])),
	    json_object_get(body), &answer);
	return ended == SILO_DONE ? show_user(silo, answer.body, "Changed") : ended;
}
