/*
 * Fuzzes JSON bodies: any text as one.  What is taken must be the same when it is written and read
 * again, and every typed reader must live with every value.  What is refused must be a 400, 413 or
 * 422 that says where.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "api/members.h"
#include "http/body.h"
#include "request.h"

static void must(bool true_of_it)
{
	if (!true_of_it)
		abort();
}

static void read_members(json_object *object)
{
	char *none[] = {NULL};
	const char *value = NULL;
	bool flag = false;

	body_text_member(request_of(none), object, "comment", 10, &value);
	body_number_member(request_of(none), object, "expires_in", 60, 86400, &value);
	body_flag_member(request_of(none), object, "force", &flag);
	body_object_member(request_of(none), object, "properties", &value);
	member_part_numbers(request_of(none), object, "part_numbers", &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *none[] = {NULL};
	struct request *rq = request_of(none), *again = request_of(none);
	json_object *value = NULL, *same = NULL;
	char *text = malloc(size + 1);
	const char *written;

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (body_parse(rq, text, size, &value)) {
		must(rq->failure == NULL);
		written = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
		must(body_parse(again, written, strlen(written), &same));
		must(json_object_equal(value, same) || strpbrk(text, ".eE") != NULL);
		if (json_object_is_type(value, json_type_object))
			read_members(value);
	} else {
		/* What is refused is refused by us: json-c can make a value of all that passes. */
		must(strstr(rq->failure->body, "json-c") == NULL);
		must(rq->failure != NULL && rq->failure->status >= 400 &&
		     rq->failure->status < 500);
		must(strstr(rq->failure->body, "\"position\"") != NULL);
	}
	free(text);
	arena_empty(request_arena);
	return 0;
}
