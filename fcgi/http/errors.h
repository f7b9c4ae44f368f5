/*
 * Error answers: a machine code with its status and sentence, as the JSON document that all errors
 * have.
 */
#ifndef SILO_HTTP_ERRORS_H
#define SILO_HTTP_ERRORS_H

#include <json-c/json.h>
#include "http/response.h"

/*
 * The error with that machine code; status and sentence come from the table in base/error_codes.c.
 * error_field names the field (422 and others), error_value also says what its value must be ("true
 * or false"), error_length and error_range do so for texts and numbers; error_saying replaces the
 * sentence (NULL: the table's) and merges `members` (released here) into the body, error_quoting
 * merges the members of a JSON object from its text as it is, however deep and with whatever
 * numbers.
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

#endif
