/*
 * What a client needs to know before it signs in: how to sign in, leases, and the facts that it
 * shares with the server (base/facts.def).
 */
#include "config.h"
#include "base/facts.h"
#include "api/routes/readers.h"
#include "http/response.h"

#include <json-c/json.h>
#include <string.h>

static json_object *ways_in(const struct settings *settings)
{
	json_object *ways = json_object_new_array();

	json_object_array_add(ways, json_object_new_string("password"));
	json_object_array_add(ways, json_object_new_string("token"));
	if (settings->trust_remote_user)
		json_object_array_add(ways, json_object_new_string("remote_user"));
	return ways;
}

static json_object *words_of(const char *const *list)
{
	json_object *words = json_object_new_array();

	for (; *list; list++)
		json_object_array_add(words, json_object_new_string(*list));
	return words;
}

static json_object *all_limits(void)
{
	json_object *object = json_object_new_object();

	for (const struct limit *limit = limits; limit->name; limit++)
		json_object_object_add(object, limit->name, json_object_new_int(limit->most));
	return object;
}

struct response *sign_in_config(struct request *rq)
{
	const struct settings *settings = rq->context->settings;
	const struct {
		const char *name;
		json_object *value;
	} members[] = {
	    {"version", json_object_new_string(PACKAGE_VERSION)},
	    {"sign_in", ways_in(settings)},
	    {"remote_user", json_object_new_boolean(settings->trust_remote_user)},
	    {"lock_default_seconds", json_object_new_int64(settings->lock_default_seconds)},
	    {"lock_minimum_seconds", json_object_new_int64(settings->lock_minimum_seconds)},
	    {"lock_maximum_seconds", json_object_new_int64(settings->lock_maximum_seconds)},
	    {"lock_warning_seconds", json_object_new_int64(settings->lock_warning_seconds)},
	    {"require_lock", json_object_new_boolean(settings->require_lock)},
	    {"upload_limit_bytes", json_object_new_int64(settings->upload_limit_bytes)},
	    {"heartbeat_seconds", json_object_new_int64(settings->heartbeat_seconds)},
	    {"limits", all_limits()},
	    {"roles", words_of(roles)},
	    {"item_types", words_of(item_types)},
	    {"event_types", words_of(event_types)},
	};
	json_object *body = json_object_new_object();
	const char *text;

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		json_object_object_add(body, members[i].name, members[i].value);
	text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
	text = arena_copy(rq->arena, text, strlen(text));
	json_object_put(body);
	return response_json(rq, 200, text);
}
