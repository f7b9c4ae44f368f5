/*
 * Errors: answers made from a machine code, its status and its sentence (base/error_codes.c).
 */
#include "config.h"
#include "http/errors.h"
#include "base/error_codes.h"

#include <inttypes.h>
#include <string.h>

struct response *error_saying(struct request *rq, const char *code, const char *message,
                              json_object *members)
{
	const struct error_code *row = error_find(code);
	json_object *body = json_object_new_object();
	struct response *rs;
	const char *text;

	json_object_object_add(body, "error", json_object_new_string(row->code));
	json_object_object_add(body, "message",
	                       json_object_new_string(message ? message : row->sentence));
	if (members) {
		json_object_object_foreach(members, name, value)
		{
			json_object_object_add(body, name, json_object_get(value));
		}
		json_object_put(members);
	}
	text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN |
	                                                JSON_C_TO_STRING_NOSLASHESCAPE);
	rs = response_json(rq, row->status, arena_copy(rq->arena, text, strlen(text)));
	json_object_put(body);
	rs->code = row->code;
	if (row->status == 401)
		response_header(rq, rs, "WWW-Authenticate", "Bearer");
	if (row->status == 503)
		response_header(rq, rs, "Retry-After", "2");
	return rs;
}

struct response *error_answer(struct request *rq, const char *code)
{
	return error_saying(rq, code, NULL, NULL);
}

struct response *error_quoting(struct request *rq, const char *code, const char *sentence,
                               const char *object)
{
	struct response *rs = error_saying(rq, code, sentence, NULL);

	if (object[0] != '{' || strspn(object + 1, " }") == strlen(object + 1))
		return rs;
	rs->body = arena_print(rq->arena, "%.*s,%s", (int)rs->length - 1, rs->body, object + 1);
	rs->length = strlen(rs->body);
	return rs;
}

static json_object *naming(const char *field)
{
	json_object *members = json_object_new_object();

	json_object_object_add(members, "field", json_object_new_string(field));
	return members;
}

struct response *error_field(struct request *rq, const char *code, const char *field)
{
	return error_saying(rq, code, NULL, naming(field));
}

struct response *error_value(struct request *rq, const char *field, const char *must_be)
{
	return error_saying(rq, "invalid_value",
	                    arena_print(rq->arena, "%s must be %s.", field, must_be),
	                    naming(field));
}

struct response *error_length(struct request *rq, const char *field, size_t least, size_t most)
{
	return error_value(
	    rq, field,
	    least > 0 ? arena_print(rq->arena, "text of %zu to %zu characters", least, most)
	              : arena_print(rq->arena, "text of at most %zu characters", most));
}

struct response *error_range(struct request *rq, const char *field, int64_t least, int64_t most)
{
	return error_value(
	    rq, field,
	    arena_print(rq->arena, "a whole number from %" PRId64 " to %" PRId64, least, most));
}
