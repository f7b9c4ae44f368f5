/*
 * JSON bodies: limited reading, strict parsing, typed members.
 */
#include "config.h"
#include "http/body.h"
#include "base/utf8.h"
#include "http/errors.h"
#include "base/json_text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool fail_with(struct request *rq, struct response *answer)
{
	rq->failure = answer;
	return false;
}

static bool fail(struct request *rq, const char *code)
{
	return fail_with(rq, error_answer(rq, code));
}

bool body_text(struct request *rq, int64_t limit, const char **text, size_t *length)
{
	size_t room = rq->content_length > 0 ? (size_t)rq->content_length : 4096;
	char *bytes;
	size_t used = 0;

	if (rq->content_length > limit)
		return fail(rq, "body_too_large");
	bytes = arena_take(rq->arena, room + 1);
	for (;;) {
		ptrdiff_t got = request_read(rq, bytes + used, room - used + 1);

		if (got < 0)
			return fail(rq, "truncated_body");
		used += (size_t)got;
		if ((int64_t)used > limit)
			return fail(rq, "body_too_large");
		if (got == 0)
			break;
		if (used > room) { /* no Content-Length: grow */
			char *more = arena_take(rq->arena, 2 * room + 1);

			memcpy(more, bytes, used);
			bytes = more;
			room *= 2;
		}
	}
	bytes[used] = '\0';
	*text = bytes;
	*length = used;
	return true;
}

static bool fail_json(struct request *rq, size_t position, const char *reason)
{
	json_object *members = json_object_new_object();

	json_object_object_add(members, "position", json_object_new_int64((int64_t)position));
	rq->failure = error_saying(
	    rq, "invalid_json",
	    arena_print(rq->arena, "The request body is not valid JSON: %s at byte %zu.", reason,
	                position),
	    members);
	return false;
}

/*
 * Postgres stores a number in full: 1e-16383, eight bytes here, takes 16 KB there, and so does
 * 0e-16383.  A body of such numbers took it half a second to measure.
 */
static bool is_writable_out(json_object *number)
{
	const char *exponent = strpbrk(json_object_get_string(number), "eE");
	long power = exponent ? strtol(exponent + 1, NULL, 10) : 0;

	return isfinite(json_object_get_double(number)) && power >= -DBL_MAX_10_EXP &&
	       power <= DBL_MAX_10_EXP;
}

bool body_numbers_are_exact(json_object *value)
{
	if (json_object_is_type(value, json_type_double))
		return is_writable_out(value);
	if (json_object_is_type(value, json_type_int))
		return json_object_get_int64(value) != INT64_MIN &&
		       json_object_get_uint64(value) < INT64_MAX;
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, member)
		{
			(void)name;
			if (!body_numbers_are_exact(member))
				return false;
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			if (!body_numbers_are_exact(json_object_array_get_idx(value, i)))
				return false;
	}
	return true;
}

static void release(void *value)
{
	json_object_put(value);
}

bool body_parse(struct request *rq, const char *text, size_t length, json_object **value)
{
	struct json_fault fault;

	if (!json_read(text, length, value, &fault))
		return fail_json(rq, fault.position, fault.reason);
	if (*value)
		arena_tie(rq->arena, release, *value);
	return true;
}

static bool is_json(const struct request *rq)
{
	const char *type = request_param(rq, "CONTENT_TYPE");

	return !type || !*type || request_says_json(rq);
}

static bool check_numbers(struct request *rq, json_object *object)
{
	json_object_object_foreach(object, name, value)
	{
		if (!body_numbers_are_exact(value))
			return fail_with(rq, error_value(rq, name, BODY_EXACT_NUMBERS));
	}
	return true;
}

bool body_object(struct request *rq, json_object **object)
{
	const char *text;
	size_t length;

	if (!body_text(rq, rq->body_limit, &text, &length))
		return false;
	if (length == 0) {
		*object = json_object_new_object();
		arena_tie(rq->arena, release, *object);
		return true;
	}
	if (!is_json(rq))
		return fail(rq, "unsupported_media_type");
	if (!body_parse(rq, text, length, object))
		return false;
	if (!json_object_is_type(*object, json_type_object))
		return fail_json(rq, 0, "an object is expected");
	return check_numbers(rq, *object);
}

bool body_text_member(struct request *rq, json_object *object, const char *name, size_t most,
                      const char **value)
{
	json_object *member;
	const char *text;

	if (!json_object_object_get_ex(object, name, &member) || !member)
		return true;
	if (!json_object_is_type(member, json_type_string))
		return fail_with(rq, error_length(rq, name, 0, most));
	text = json_object_get_string(member);
	if (utf8_length(text, (size_t)json_object_get_string_len(member)) < 0 ||
	    utf8_length(text, strlen(text)) > (ptrdiff_t)most)
		return fail_with(rq, error_length(rq, name, 0, most));
	*value = text;
	return true;
}

bool body_number_member(struct request *rq, json_object *object, const char *name, int64_t least,
                        int64_t most, const char **value)
{
	json_object *member;
	int64_t number;

	if (!json_object_object_get_ex(object, name, &member) || !member)
		return true;
	if (!json_object_is_type(member, json_type_int))
		return fail_with(rq, error_range(rq, name, least, most));
	number = json_object_get_int64(member);
	if (number < least || number > most)
		return fail_with(rq, error_range(rq, name, least, most));
	*value = arena_print(rq->arena, "%" PRId64, number);
	return true;
}

bool body_flag_member(struct request *rq, json_object *object, const char *name, bool *value)
{
	json_object *member;

	if (!json_object_object_get_ex(object, name, &member) || !member)
		return true;
	if (!json_object_is_type(member, json_type_boolean))
		return fail_with(rq, error_value(rq, name, "true or false"));
	*value = json_object_get_boolean(member);
	return true;
}

static const char *text_of(struct request *rq, json_object *value)
{
	const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);

	return arena_copy(rq->arena, text, strlen(text));
}

bool body_object_member(struct request *rq, json_object *object, const char *name,
                        const char **value)
{
	json_object *member;

	if (!json_object_object_get_ex(object, name, &member) || !member)
		return true;
	if (!json_object_is_type(member, json_type_object))
		return fail_with(rq, error_value(rq, name, "an object"));
	*value = text_of(rq, member);
	return true;
}

void body_any_member(struct request *rq, json_object *object, const char *name, const char **value)
{
	json_object *member;

	if (json_object_object_get_ex(object, name, &member) && member)
		*value = text_of(rq, member);
}

bool body_needs(struct request *rq, const char *name, const void *value)
{
	return value ? true : fail_with(rq, error_field(rq, "missing_value", name));
}
