/*
 * login, logout, whoami, password: who we are to which server.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "commands/commands.h"
#include "commands/options.h"
#include "core/account.h"
#include "core/members.h"
#include "core/text.h"
#include "server/api.h"
#include "terminal/output.h"
#include "terminal/prompt.h"

/* Warns where a secret would travel in the open. */
static void warn_in_the_open(struct silo *silo)
{
	const char *host = silo->url + 7;

	if (strncasecmp(silo->url, "http://", 7) != 0)
		return;
	if (strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0 ||
	    strncmp(host, "[::1]", 5) == 0)
		return;
	output_warn(silo, "%s is not encrypted: anyone on the network can read the password\n",
	            silo->url);
}

/* The address: given, known, or asked for. */
static int choose_url(struct silo *silo)
{
	const char *typed = silo->word_count > 0 ? silo->words[0] : silo->url;

	if (typed == NULL)
		typed = prompt_line(silo, "Server (https://…): ");
	if (typed == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "name the server: silo login URL");
	typed = account_url(silo, typed);
	if (typed == NULL)
		return SILO_USAGE;
	/* What is stored is about the server before. */
	if (silo->url != NULL && strcmp(silo->url, typed) != 0)
		account_forget(silo);
	silo->url = arena_print(silo->arena, "%s", typed);
	silo->url_from_environment = silo->url_from_environment && silo->word_count == 0;
	return SILO_DONE;
}

/* Certificates are stored with the address, so that they need not be named every time. */
static int find_certificates(struct silo *silo)
{
	char *found;

	if (silo->ca_given == NULL)
		return SILO_DONE;
	found = realpath(silo->ca_given, NULL);
	if (found == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "can't find %s: %s", silo->ca_given,
		                 strerror(errno));
	silo->ca_file = silo->ca_given = arena_print(silo->arena, "%s", found);
	free(found);
	return SILO_DONE;
}

/* A token that was given: tried before it is stored. */
static int login_with_token(struct silo *silo, const char *token)
{
	if (token == NULL || *token == '\0')
		return silo_fail(silo, SILO_USAGE, "usage", "no token was given");
	silo->token = arena_print(silo->arena, "%s", token);
	silo->token_from_environment = false;
	silo->user = NULL;
	silo->http = http_new(silo->arena, silo->url, silo->token, silo->ca_file);
	return api_user(silo) == NULL ? silo->failure.exit : SILO_DONE;
}

/* Tells the tokens of several machines apart in the list. */
static char *token_name(struct silo *silo)
{
	const char *host = silo_workstation(silo);

	return arena_print(silo->arena, "silo on %s", *host ? host : "this machine");
}

/* Name and password, once: a session, in it a token, and the session's end. */
static int login_with_password(struct silo *silo, const char *user, const char *password)
{
	json_object *body = json_object_new_object();
	struct api_answer answer;
	int64_t days = option_number(silo, "days", 0);
	const char *token;
	int ended;

	json_object_object_add(body, "username", json_object_new_string(user));
	json_object_object_add(body, "password", json_object_new_string(password));
	silo->http = http_new(silo->arena, silo->url, NULL, silo->ca_file);
	http_use_session(silo->http);
	if (days < 0)
		return silo->failure.exit;
	ended = api_call(silo, "POST", "/login", body, &answer);
	if (ended != SILO_DONE) {
		if (answer.status == 401)
			return silo_fail(silo, SILO_DENIED, "wrong_password",
			                 "wrong name or password");
		return ended;
	}
	body = json_object_new_object();
	json_object_object_add(body, "name", json_object_new_string(token_name(silo)));
	if (days > 0)
		json_object_object_add(body, "expires_in_days", json_object_new_int64(days));
	ended = api_call(silo, "POST", "/api/auth/tokens", body, &answer);
	if (ended != SILO_DONE)
		return ended;
	token = member_text(answer.body, "token");
	if (token == NULL)
		return silo_fail(silo, SILO_FAILED, "bad_answer", "the server returned no token");
	silo->token = arena_print(silo->arena, "%s", token);
	silo->user = NULL;
	if (api_user(silo) == NULL)
		return silo->failure.exit;
	return api_call(silo, "POST", "/logout", NULL, &answer);
}

/* Asks for what was not given, then signs in by password. */
static int login_asking(struct silo *silo)
{
	const char *user = silo_option(silo, "user"), *password;
	bool from_stdin = silo_option(silo, "password-stdin") != NULL;

	warn_in_the_open(silo);
	if (user == NULL)
		user = prompt_line(silo, arena_print(silo->arena, "User at %s: ", silo->url));
	if (user == NULL || *user == '\0')
		return silo_fail(silo, SILO_USAGE, "usage",
		                 "name the user: silo login --user NAME");
	password = from_stdin
	               ? prompt_stdin_line(silo)
	               : prompt_secret(silo, arena_print(silo->arena, "Password of %s: ", user));
	if (password == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "no password was given");
	return login_with_password(silo, user, password);
}

int login_run(struct silo *silo)
{
	const char *token = silo_option(silo, "token");
	int ended = choose_url(silo);

	if (ended == SILO_DONE)
		ended = find_certificates(silo);
	if (ended != SILO_DONE)
		return ended;
	if (token != NULL)
		ended = login_with_token(silo, token);
	else if (silo_option(silo, "token-stdin") != NULL)
		ended = login_with_token(silo, prompt_stdin_line(silo));
	else
		ended = login_asking(silo);
	if (ended == SILO_DONE)
		ended = account_write(silo, silo->url, silo->token, silo->user);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		json_object *shown = json_object_new_object();

		json_object_object_add(shown, "url", json_object_new_string(silo->url));
		json_object_object_add(shown, "username", json_object_new_string(silo->user));
		output_json(shown);
	}
	output_say(silo, "Signed in to %s as %s\n", silo->url, silo->user);
	if (silo->from_environment)
		output_warn(
		    silo, "SILO_API_URL or SILO_API_TOKEN is set, and overrides what was stored\n");
	return SILO_DONE;
}

/* Revokes the token that was made by login: found by the secret's first characters. */
static int revoke_stored(struct silo *silo)
{
	json_object *rows;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = api_list(silo, "/api/auth/tokens", "tokens", 0, &rows);
	if (ended != SILO_DONE)
		return ended;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *prefix = member_text(row, "prefix"), *id = member_text(row, "id");
		const char *name = member_text(row, "name");
		struct api_answer answer;

		if (prefix == NULL || id == NULL || name == NULL || strlen(prefix) < 8 ||
		    strncmp(silo->token, prefix, strlen(prefix)) != 0 ||
		    strncmp(name, "silo on ", 8) != 0)
			continue;
		return api_call(
		    silo, "DELETE",
		    arena_print(silo->arena, "/api/auth/tokens/%s", text_encoded(silo->arena, id)),
		    NULL, &answer);
	}
	return SILO_DONE;
}

int logout_run(struct silo *silo)
{
	int ended;

	if (silo->token != NULL && !silo->from_environment) {
		/* Signing out works without the server too: the token then is only forgotten. */
		ended = revoke_stored(silo);
		if (ended != SILO_DONE && ended != SILO_DENIED)
			output_warn(silo, "signed out here, but the token is still valid: %s\n",
			            silo->failure.message);
		silo->failure = (struct failure){0};
	}
	ended = account_write(silo, silo->from_environment ? NULL : silo->url, NULL, NULL);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json)
		output_json(json_object_new_object());
	output_say(silo, "Signed out\n");
	if (silo->from_environment)
		output_warn(silo,
		            "SILO_API_TOKEN or SILO_API_URL is still set in the environment\n");
	return SILO_DONE;
}

int whoami_run(struct silo *silo)
{
	struct api_answer answer;
	const char *name, *display, *role;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = api_call(silo, "GET", "/api/auth/me", NULL, &answer);
	if (ended != SILO_DONE)
		return ended;
	name = member_text(answer.body, "username");
	display = member_text(answer.body, "display_name");
	role = member_text(answer.body, "role");
	if (silo->json) {
		json_object_object_add(answer.body, "url", json_object_new_string(silo->url));
		output_json(json_object_get(answer.body));
		return SILO_DONE;
	}
	printf("%s%s%s%s, %s at %s\n", text_printable(silo->arena, name ? name : "?"),
	       display && *display ? " (" : "", text_printable(silo->arena, display ? display : ""),
	       display && *display ? ")" : "", text_printable(silo->arena, role ? role : "?"),
	       silo->url);
	return SILO_DONE;
}

int password_run(struct silo *silo)
{
	bool from_stdin = silo_option(silo, "stdin") != NULL;
	json_object *body;
	struct api_answer answer;
	const char *current, *fresh, *again;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	current = from_stdin ? prompt_stdin_line(silo) : prompt_secret(silo, "Current password: ");
	fresh = from_stdin ? prompt_stdin_line(silo) : prompt_secret(silo, "New password: ");
	again = from_stdin ? fresh : prompt_secret(silo, "Again: ");
	if (current == NULL || fresh == NULL || again == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "no password was given");
	if (strcmp(fresh, again) != 0)
		return silo_fail(silo, SILO_FAILED, "mismatch", "the two new passwords differ");
	body = json_object_new_object();
	json_object_object_add(body, "current", json_object_new_string(current));
	json_object_object_add(body, "new", json_object_new_string(fresh));
	ended = api_call(silo, "POST", "/api/auth/password", body, &answer);
	if (ended == SILO_DONE && silo->json)
		output_json(json_object_new_object());
	if (ended == SILO_DONE)
		output_say(silo, "Password changed\n");
	return ended;
}
