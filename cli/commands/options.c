/*
 * What several commands read from their options in the same way.
 */
#include "config.h"

#include "commands/options.h"

#include <string.h>
#include "core/members.h"
#include "core/text.h"
#include "server/api.h"

int64_t option_number(struct silo *silo, const char *option, int64_t otherwise)
{
	const char *text = silo_option(silo, option);
	int64_t number = 0;

	if (text == NULL)
		return otherwise;
	if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 15) {
		silo_fail(silo, SILO_USAGE, "usage", "--%s takes a number, not “%s”", option, text);
		return -1;
	}
	for (; *text != '\0'; text++)
		number = number * 10 + (*text - '0');
	return number;
}

int64_t option_duration(struct silo *silo, const char *option)
{
	const char *text = silo_option(silo, option);
	int64_t seconds;

	if (text == NULL)
		return 0;
	seconds = text_duration(text);
	if (seconds < 0)
		silo_fail(silo, SILO_USAGE, "usage",
		          "--%s takes a time like 45m, 8h or 2d, not “%s”", option, text);
	return seconds;
}

json_object *option_lock_body(struct silo *silo, json_object *part_numbers)
{
	json_object *body = json_object_new_object();
	int64_t seconds = option_duration(silo, "for");
	const char *why = silo_option(silo, "message");

	if (part_numbers != NULL)
		json_object_object_add(body, "part_numbers", part_numbers);
	if (seconds < 0) {
		json_object_put(body);
		return NULL;
	}
	if (seconds > 0)
		json_object_object_add(body, "expires_in", json_object_new_int64(seconds));
	if (why != NULL)
		json_object_object_add(body, "comment", json_object_new_string(why));
	json_object_object_add(body, "workstation", json_object_new_string(silo_workstation(silo)));
	return body;
}

int option_explain_lease(struct silo *silo)
{
	struct failure refused = silo->failure;
	const char *field = member_text(refused.details, "field");
	const char *text = silo_option(silo, "for");
	int64_t least, most;
	struct api_answer answer;

	if (field == NULL || strcmp(field, "expires_in") != 0 || text == NULL)
		return refused.exit;
	if (api_call(silo, "GET", "/api/auth/config", NULL, &answer) == SILO_DONE) {
		least = member_number(answer.body, "lock_minimum_seconds", 0);
		most = member_number(answer.body, "lock_maximum_seconds", 0);
		refused.message = arena_print(
		    silo->arena, "--for %.60s: a lease lasts at least %s and at most %s here", text,
		    text_span(silo->arena, least), text_span(silo->arena, most));
	}
	silo->failure = refused;
	return refused.exit;
}
