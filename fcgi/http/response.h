/*
 * The answer to a request, built by a handler and sent in one place.  Knows HTTP status lines and
 * headers, nothing of what they are about.
 */
#ifndef SILO_HTTP_RESPONSE_H
#define SILO_HTTP_RESPONSE_H

#include <json-c/json.h>
#include "http/request.h"

enum { HEADERS_MAXIMUM = 12 };

struct response {
	int status;
	const char *content_type; /* NULL = no body */
	const char *body;         /* in the arena or static */
	size_t length;
	const char *code; /* machine code of an error, for the log; NULL else */
	struct pair headers[HEADERS_MAXIMUM];
	size_t header_count;
	bool wakes_feed; /* a write was committed: tell silo-events once this is sent */
};

/* An empty answer. */
struct response *response_new(struct request *rq, int status);

/* An answer with a JSON text, which must live as long as the arena. */
struct response *response_json(struct request *rq, int status, const char *json);

/*
 * The error of that machine code: status and sentence come from the table in base/error_codes.c.
 * error_field names the field (422 and friends), error_value also says what its value must be
 * ("true or false"), error_length and error_range say it of texts and of numbers; error_saying
 * replaces the sentence (NULL: the table's) and merges `members` (released here) into the body,
 * error_quoting merges those of a JSON object as its text stands, however deep it is and whatever
 * its numbers are.
 */
struct response *error_answer(struct request *rq, const char *code);
struct response *error_field(struct request *rq, const char *code, const char *field);
struct response *error_value(struct request *rq, const char *field, const char *must_be);
struct response *error_length(struct request *rq, const char *field, size_t least, size_t most);
struct response *error_range(struct request *rq, const char *field, int64_t least, int64_t most);
struct response *error_quoting(struct request *rq, const char *code, const char *sentence,
                               const char *object);
struct response *error_saying(struct request *rq, const char *code, const char *message,
                              json_object *members);

/* Adds a header; CR, LF and NUL in the value end it (no response splitting). */
void response_header(struct request *rq, struct response *rs, const char *name, const char *value);

/* True when If-None-Match names the tag (without quotes; weak comparison). */
bool response_is_known(const struct request *rq, const char *tag);

/* Sets ETag; turns a 200 of a GET that the client has already into 304. */
void response_tag(struct request *rq, struct response *rs, const char *tag);

/* Text that suits a Content-Disposition, RFC 6266/8187: attachment; filename="…"; filename*=… */
const char *response_attachment(struct request *rq, const char *filename);

/*
 * Writes status, headers and body to the stream, which sends when it is full or closed; false when
 * the connection broke.
 */
bool response_write(struct request *rq, const struct response *rs, FCGX_Stream *output);

#endif
