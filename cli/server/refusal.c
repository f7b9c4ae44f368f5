/*
 * What the server refuses, in words for a person and as an exit code: who holds it, which part
 * there is not, which option has a value that won't do.  Knows no HTTP.
 */
#include "config.h"

#include "server/refusal.h"

#include <string.h>
#include <strings.h>
#include "base/facts.h"
#include "core/command.h"
#include "core/members.h"
#include "server/words.h"

/* Another user's lock is in the way: who, since when, and what one can do. */
static int held_by_another(struct silo *silo, const char *code, json_object *body)
{
	json_object *locks = member_array(body, "locks"), *lock = member_object(body, "lock");
	size_t count = locks ? json_object_array_length(locks) : 0;
	const char *part = member_text(lock, "part_number");

	if (lock == NULL)
		return silo_fail(silo, SILO_HELD, code, "someone else holds the lock");
	if (count <= 1) {
		silo_fail(silo, SILO_HELD, code, "%s is held by %s", part ? part : "it",
		          words_lock(silo, lock));
		if (locks != NULL && silo->word_count > 1)
			silo_hint(silo, "all or none: no lock was taken");
	} else {
		silo_fail(silo, SILO_HELD, code,
		          "%zu items are held by others, so no lock was taken", count);
		for (size_t i = 0; i < count; i++) {
			json_object *each = json_object_array_get_idx(locks, i);
			const char *name = member_text(each, "part_number");

			silo_hint(silo, "%s: %s", name ? name : "?", words_lock(silo, each));
		}
	}
	/* `silo lock` wants no file, and nothing waits for a lock alone. */
	if (strcmp(silo->command->name, "lock") != 0)
		silo_hint(silo, "silo checkout %s --wait     takes it when it is free",
		          part ? part : "PN");
	silo_hint(silo, "silo request %s -m …        asks the holder to release it",
	          part ? part : "PN");
	if (strcmp(silo->command->name, "edit") == 0)
		silo_hint(silo, "silo edit %s --read-only    opens a read-only copy",
		          part ? part : "PN");
	return SILO_HELD;
}

/* The part number as it was typed: the server names it without regard to case. */
static const char *as_typed(struct silo *silo, const char *part_number)
{
	for (int i = 0; i < silo->word_count; i++)
		if (strcasecmp(silo->words[i], part_number) == 0)
			return silo->words[i];
	return part_number;
}

/* The next step where there is no such part: those of its category, "F01" of "F01-0009". */
static void hint_look_for(struct silo *silo, const char *part_number)
{
	const char *last = part_number != NULL ? strrchr(part_number, '-') : NULL;

	if (last != NULL && last > part_number)
		silo_hint(silo, "silo ls %.*s   lists the items of %.*s", (int)(last - part_number),
		          part_number, (int)(last - part_number), part_number);
	else if (part_number != NULL)
		silo_hint(silo, "silo ls   lists the items");
}

/* Parts that the server does not have. */
static int no_such_parts(struct silo *silo, const char *code, json_object *names)
{
	const char *list = "", *first = NULL;

	for (size_t i = 0; i < json_object_array_length(names); i++) {
		json_object *name = json_object_array_get_idx(names, i);
		const char *typed;

		if (!json_object_is_type(name, json_type_string))
			continue;
		typed = as_typed(silo, json_object_get_string(name));
		first = first ? first : typed;
		list = arena_print(silo->arena, "%s%s%s", list, *list ? ", " : "", typed);
	}
	silo_fail(silo, SILO_FAILED, code, "there is no item %s", list);
	if (silo->word_count > 1)
		silo_hint(silo, "all or none: nothing was changed");
	hint_look_for(silo, first);
	return SILO_FAILED;
}

int refusal_no_part(struct silo *silo, const char *part_number)
{
	silo_fail(silo, SILO_FAILED, "item_not_found", "there is no item %s", part_number);
	hint_look_for(silo, part_number);
	return SILO_FAILED;
}

void refusal_name_part(struct silo *silo, const char *path)
{
	static const char route[] = "/api/items/";
	struct failure failure = silo->failure;
	const char *archived;
	size_t length;

	if (failure.code == NULL || strcmp(failure.code, "item_not_found") != 0 ||
	    strncmp(path, route, sizeof route - 1) != 0)
		return;
	path += sizeof route - 1;
	length = strcspn(path, "/?");
	/* Encoded: it can't be a part number. */
	if (memchr(path, '%', length) != NULL)
		return;
	path = arena_copy(silo->arena, path, length);
	archived = words_archived(silo, failure.details);
	if (archived == NULL) {
		refusal_no_part(silo, path);
	} else {
		silo_fail(silo, SILO_FAILED, failure.code, "%s %s", path, archived);
		silo_hint(silo, "silo restore %s   brings it back (admins)", path);
	}
	silo->failure.details = failure.details;
}

/* The fields that options fill in, and what they accept (NULL: as the server says it). */
static const struct {
	const char *field, *option, *rule;
} fields[] = {
    {"expires_in", "for", NULL},
    {"item_type", "type", NULL},
    {"type", "type", NULL},
    {"lock", "lock", NULL},
    {"role", "role", NULL},
    {"types", "types", "use event types such as item.locked,item.unlocked"},
    {"expires_in_days", "days", NULL},
    {"comment", "message", NULL},
    {"message", "message", NULL},
    {"reason", "reason", NULL},
    {"part_number", "part", NULL},
    {"category", "category", NULL},
    {"description", "description", NULL},
    {"project", "project", NULL},
    {"display_name", "display-name", NULL},
    {"user", "user", NULL},
};

/* The fields that answers to a question fill in, as people call them. */
static const struct {
	const char *field, *words;
} asked[] = {
    {"current", "the current password"},
    {"new", "the new password"},
};

/* A sentence about a field, which it may begin with: the field in words if there are some. */
static int in_words(struct silo *silo, const char *code, const char *message, const char *field)
{
	size_t length = strlen(field);

	if (strncmp(message, field, length) != 0)
		return silo_fail(silo, SILO_FAILED, code, "%s (%s)", message, field);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (strcmp(field, asked[i].field) == 0)
			return silo_fail(silo, SILO_FAILED, code, "%s%s", asked[i].words,
			                 message + length);
	return silo_fail(silo, SILO_FAILED, code, "%s", message);
}

/* A value that the server does not take: names the option that it came from, if it is one. */
static int invalid(struct silo *silo, const char *code, const char *message, const char *field)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *value = strcmp(field, fields[i].field) == 0
		                        ? silo_option(silo, fields[i].option)
		                        : NULL;

		if (value != NULL)
			return silo_fail(silo, SILO_USAGE, code, "--%s %.*s%s: %s",
			                 fields[i].option, 60, value, strlen(value) > 60 ? "…" : "",
			                 fields[i].rule ? fields[i].rule : message);
	}
	return in_words(silo, code, message, field);
}

bool refusal_is_part_number(const char *text)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(text);

	return length >= 1 && length <= LIMIT_part_number && text[0] != '.' && text[0] != '-' &&
	       strspn(text, allowed) == length && strcasecmp(text, "by-uuid") != 0;
}

/* One of several words is no part number, and the server does not say which: shows it. */
static int no_part_number(struct silo *silo, const char *code, const char *message)
{
	for (int i = 0; i < silo->word_count; i++) {
		const char *word = silo->words[i];

		if (!refusal_is_part_number(word))
			return silo_fail(silo, SILO_FAILED, code, "“%.*s%s”: %s", 60, word,
			                 strlen(word) > 60 ? "…" : "", message);
	}
	return silo_fail(silo, SILO_FAILED, code, "%s", message);
}

/* The exit code of an HTTP status. */
static int exit_of(long status)
{
	if (status == 401 || status == 403)
		return SILO_DENIED;
	if (status == 412)
		return SILO_STALE;
	if (status == 429 || (status >= 502 && status <= 504))
		return SILO_AWAY;
	return SILO_FAILED;
}

/* The lock is not the one that was named: ours in another place, another's, or ended. */
static int other_lease(struct silo *silo, const char *code, json_object *body)
{
	json_object *locks = member_array(body, "locks"), *lock = member_object(body, "lock");
	json_object *names = member_array(body, "part_numbers");
	const char *part = member_text(body, "part_number"), *holder;

	if (lock == NULL && locks != NULL && json_object_array_length(locks) > 0)
		lock = json_object_array_get_idx(locks, 0);
	if (part == NULL && names != NULL && json_object_array_length(names) > 0)
		part = json_object_get_string(json_object_array_get_idx(names, 0));
	part = member_text(lock, "part_number") ? member_text(lock, "part_number") : part;
	holder = member_text(lock, "locked_by");
	if (holder != NULL && silo->user != NULL && strcmp(holder, silo->user) != 0)
		return held_by_another(silo, code, body);
	if (part == NULL)
		part = "the lock";
	if (lock == NULL) {
		silo_fail(silo, SILO_STALE, code, "the lease on %s has ended", part);
		silo_hint(silo, "silo checkout %s takes the lock again", part);
		return SILO_STALE;
	}
	silo_fail(silo, SILO_STALE, code,
	          "you renewed or locked %s elsewhere in the meantime; nothing was changed", part);
	silo_hint(silo, "run the same command again to use the lock as it is now");
	return SILO_STALE;
}

/* The failure of a status with a code and a sentence of the server's. */
static int note(struct silo *silo, long status, const char *code, json_object *body)
{
	const char *message = member_text(body, "message"), *field = member_text(body, "field");
	const char *part = member_text(body, "part_number");
	json_object *names = member_array(body, "part_numbers");

	if (strcmp(code, "locked") == 0 || strcmp(code, "not_lock_owner") == 0)
		return held_by_another(silo, code, body);
	if (strcmp(code, "other_lease") == 0)
		return other_lease(silo, code, body);
	if (strcmp(code, "item_not_found") == 0 && names != NULL)
		return no_such_parts(silo, code, names);
	if (strcmp(code, "server_read_only") == 0) {
		silo_fail(silo, SILO_AWAY, code,
		          "%s is read-only right now: you can read everything and change nothing",
		          silo->url);
		silo_hint(silo, "silo watch --types server.state   shows when that ends");
		return SILO_AWAY;
	}
	if (message == NULL)
		return silo_fail(silo, exit_of(status), code,
		                 "%s answered %ld without an explanation: is it a Silo server?",
		                 silo->url, status);
	if (strcmp(code, "not_locked") == 0 && part != NULL)
		return silo_fail(silo, exit_of(status), code, "%s is not locked", part);
	if (strcmp(code, "invalid_part_number") == 0 &&
	    (field == NULL || strcmp(field, "part_numbers") == 0))
		return no_part_number(silo, code, message);
	if ((status == 422 || strcmp(code, "invalid_part_number") == 0) && field != NULL)
		return invalid(silo, code, message, field);
	return silo_fail(silo, exit_of(status), code, "%s", message);
}

int refusal_note(struct silo *silo, long status, json_object *body)
{
	const char *code = member_text(body, "error"), *role = member_text(body, "required_role");
	int ended = note(silo, status, code ? code : "http_error", body);

	if (status == 401 && silo->token_from_environment)
		silo_hint(silo,
		          "the token comes from SILO_API_TOKEN: set another, or unset it and run "
		          "silo login %s",
		          silo->url);
	else if (status == 401)
		silo_hint(silo, "silo login %s", silo->url);
	if (code != NULL && strcmp(code, "role_too_low") == 0)
		silo_hint(silo, "ask an administrator%s%s%s", role ? " for the role " : "",
		          role ? role : "", role ? "" : " for another role");
	silo->failure.details = body;
	return ended;
}

bool refusal_is_lasting(const char *body)
{
	return strstr(body, "\"server_read_only\"") != NULL;
}

bool refusal_is_no_item(const struct silo *silo)
{
	return silo->failure.code != NULL && strcmp(silo->failure.code, "item_not_found") == 0;
}
