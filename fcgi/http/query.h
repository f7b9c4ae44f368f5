/*
 * Typed readers of the query.  On bad input a reader returns false and leaves the finished answer
 * (422 naming the parameter) in rq->failure.
 */
#ifndef SILO_HTTP_QUERY_H
#define SILO_HTTP_QUERY_H

#include "http/request.h"

/* Text of at most `most` characters, else 422; *value is NULL if absent. */
bool request_query_text(struct request *rq, const char *name, size_t most, const char **value);

/* A whole number in the range, else 422; *value is the number as text, NULL if absent. */
bool request_query_number(struct request *rq, const char *name, int64_t least, int64_t most,
                          const char **value);

/* true/false, 1/0, yes/no, else 422; unchanged if absent. */
bool request_query_flag(struct request *rq, const char *name, bool *value);

#endif
