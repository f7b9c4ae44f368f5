/*
 * The pictures of many items in one answer: a list of a hundred rows takes one request, not a
 * hundred.  HTTP in, SQL function and vault out; SQL says which picture belongs to which item.
 */
#include "config.h"
#include "base/facts.h"
#include "api/routes/readers.h"
#include "api/rule.h"
#include "api/upload.h"
#include "http/query.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Part numbers and their commas. */
	NAMES_BYTES = LIMIT_thumbnails * (LIMIT_part_number + 1),
	PICTURE_BYTES =
	    128 * 1024, /* larger ones are left out; the client fetches them one by one */
	ANSWER_BYTES = 2 * 1024 * 1024
};

static void release(void *object)
{
	json_object_put(object);
}

/* {"part_number", "revision_number", "png": base64} of a row; NULL if there is no such file. */
static json_object *picture(struct request *rq, struct vault *vault, const PGresult *rows, int row,
                            size_t size)
{
	unsigned char *bytes = arena_take(rq->arena, size);
	const size_t length = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_take(rq->arena, length);
	json_object *one;

	if (!vault_load(vault, PQgetvalue(rows, row, 2), bytes, size))
		return NULL;
	sodium_bin2base64(text, length, bytes, size, sodium_base64_VARIANT_ORIGINAL);
	one = json_object_new_object();
	json_object_object_add(one, "part_number",
	                       json_object_new_string(PQgetvalue(rows, row, 0)));
	json_object_object_add(
	    one, "revision_number",
	    json_object_new_int((int)strtol(PQgetvalue(rows, row, 1), NULL, 10)));
	json_object_object_add(one, "png", json_object_new_string(text));
	return one;
}

bool read_thumbnail_list(struct request *rq, const char **values)
{
	return request_query_text(rq, "part_numbers", NAMES_BYTES, &values[0]);
}

struct response *thumbnail_list(struct request *rq, PGresult *rows)
{
	json_object *answer = json_object_new_object(), *list = json_object_new_array();
	struct vault *vault = upload_vault(rq);
	size_t total = 0;

	arena_tie(rq->arena, release, answer);
	json_object_object_add(answer, "thumbnails", list);
	if (!vault)
		return rq->failure;
	for (int row = 0; row < PQntuples(rows); row++) {
		const unsigned long long size = strtoull(PQgetvalue(rows, row, 3), NULL, 10);
		json_object *one;

		if (size == 0 || size > PICTURE_BYTES || total + size > ANSWER_BYTES)
			continue;
		one = picture(rq, vault, rows, row, (size_t)size);
		if (one) {
			json_object_array_add(list, one);
			total += (size_t)size;
		}
	}
	return response_json(rq, 200,
	                     json_object_to_json_string_ext(
	                         answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
