/*
 * Typed readers of the query.  One that meets bad input returns false and leaves the finished
 * answer (422 naming the parameter) in rq->failure.
 */
#ifndef SILO_HTTP_QUERY_H
#define SILO_HTTP_QUERY_H

#include "http/request.h"

/* As text of at most `most` characters, else 422; *value NULL when absent. */
bool request_query_text(struct request *rq, const char *name, size_t most, const char **value);

/* As a whole number in the range, else 422; *value is the number in text, NULL when absent. */
bool request_query_number(struct request *rq, const char *name, int64_t least, int64_t most,
                          const char **value);

/* true/false, 1/0, yes/no, else 422; unchanged when absent. */
bool request_query_flag(struct request *rq, const char *name, bool *value);

#endif
