/*
 * JSON bodies: read within the limit, parsed strictly, and typed readers for their members.
 * Wrong types, lengths and ranges become 422 naming the field; unknown members are ignored.
 * A member that is null counts as absent.
 */
#ifndef SILO_HTTP_BODY_H
#define SILO_HTTP_BODY_H

#include <json-c/json.h>
#include "http/decode.h"
#include "http/request.h"

/* Reads the body as a JSON object, tied to the arena; an empty body is {}.  False: rq->failure. */
bool body_object(struct request *rq, json_object **object);

/* The parser alone, for JSON in a field: any value, NULL for null, tied to the arena. */
bool body_parse(struct request *rq, const char *text, size_t length, json_object **value);

/* The whole raw body of at most `limit` bytes, NUL-terminated; else 413 or 400. */
bool body_text(struct request *rq, int64_t limit, const char **text, size_t *length);

/*
 * json-c clips integers to 64 bits and lets doubles become infinite.  False if a number in the
 * value would not come back as it was sent, or would become very long when written out.
 */
bool body_numbers_are_exact(json_object *value);
#define BODY_EXACT_NUMBERS                                                                         \
	"without whole numbers near or beyond 2^63, or any beyond 1.7e308 or with an exponent "    \
	"below -308"

/* Each leaves *value as it is (NULL, default) if the member is absent. */
bool body_text_member(struct request *rq, json_object *object, const char *name, size_t most,
                      const char **value);
bool body_number_member(struct request *rq, json_object *object, const char *name, int64_t least,
                        int64_t most, const char **value);
bool body_flag_member(struct request *rq, json_object *object, const char *name, bool *value);
/* As JSON text. */
bool body_object_member(struct request *rq, json_object *object, const char *name,
                        const char **value);
/* Any type, as JSON text; SQL judges it. */
void body_any_member(struct request *rq, json_object *object, const char *name, const char **value);
/* 422 naming the field if the member is absent. */
bool body_needs(struct request *rq, const char *name, const void *value);

#endif
