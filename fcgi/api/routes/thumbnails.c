/*
 * The pictures of many items in one answer: a list of a hundred rows is one request, not a hundred.
 * HTTP in, SQL function and vault out; which picture belongs to which item is SQL's to say.
 */
#include "config.h"
#include "api/routes/readers.h"
#include "api/rule.h"
#include "api/upload.h"
#include "http/query.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	NAMES_BYTES = 64 * 65,      /* 64 part numbers and their commas */
	PICTURE_BYTES = 128 * 1024, /* larger ones are left out; the client asks for them singly */
	ANSWER_BYTES = 2 * 1024 * 1024
};

static void release(void *object)
{
	json_object_put(object);
}

/* Are these the bytes that have this name? */
static bool is_content(const char *sha256, const unsigned char *bytes, size_t size)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof digest + 1];

	crypto_hash_sha256(digest, bytes, size);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	return strcmp(hex, sha256) == 0;
}

/* Reads a picture whole; false when it is not there or not what its name says. */
static bool read_picture(struct vault *vault, const char *sha256, unsigned char *bytes, size_t size)
{
	const int file = vault_read(vault, sha256);
	size_t have = 0;
	ssize_t got = 1;

	if (file < 0)
		return false;
	while (have < size && got != 0) {
		got = read(file, bytes + have, size - have);
		if (got < 0 && errno != EINTR)
			break;
		if (got > 0)
			have += (size_t)got;
	}
	close(file);
	return have == size && is_content(sha256, bytes, size);
}

/* {"part_number", "revision_number", "png": base64} of a row; NULL when there is no such file. */
static json_object *picture(struct request *rq, struct vault *vault, const PGresult *rows, int row,
                            size_t size)
{
	unsigned char *bytes = arena_take(rq->arena, size);
	const size_t length = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_take(rq->arena, length);
	json_object *one;

	if (!read_picture(vault, PQgetvalue(rows, row, 2), bytes, size))
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
	if (vault == NULL)
		return rq->failure;
	for (int row = 0; row < PQntuples(rows); row++) {
		const unsigned long long size = strtoull(PQgetvalue(rows, row, 3), NULL, 10);
		json_object *one;

		if (size == 0 || size > PICTURE_BYTES || total + size > ANSWER_BYTES)
			continue;
		one = picture(rq, vault, rows, row, (size_t)size);
		if (one != NULL) {
			json_object_array_add(list, one);
			total += (size_t)size;
		}
	}
	return response_json(rq, 200,
	                     json_object_to_json_string_ext(
	                         answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
