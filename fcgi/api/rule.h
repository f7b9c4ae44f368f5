/*
 * From a request to the database and back: signs the caller in and runs one SQL function, in one
 * round trip and one transaction, and turns refusals into HTTP errors.
 */
#ifndef SILO_API_RULE_H
#define SILO_API_RULE_H

#include "http/request.h"
#include "http/errors.h"
#include "api/statements.h"

/* The values of a call, in the order of the function's parameters; NULL = SQL null. */
#define VALUES(...) ((const char *const[]){__VA_ARGS__})
#define NO_VALUES   ((const char *const[]){NULL})

/*
 * Signs in with the route's role and calls the function.  NULL if that failed: rq->failure has the
 * answer.  The result is tied to the arena and has at least one row.
 */
PGresult *rule_call(struct request *rq, const struct statement *call, const char *const *values);

/* The same, but the result may have no row. */
PGresult *rule_rows(struct request *rq, const struct statement *call, const char *const *values);

/* For functions that return (status, body, etag, location): the whole answer, errors included. */
struct response *rule_answer(struct request *rq, const struct statement *call,
                             const char *const *values);

/* False, with rq->failure, if a function that must return a row has returned none. */
bool rule_has_row(struct request *rq, const struct statement *call, const PGresult *rows);

/* Signs in only, e.g. before a body is read; false: rq->failure. */
bool rule_sign_in(struct request *rq);

/* A column of row 0; NULL for SQL null. */
const char *rule_value(const PGresult *result, const char *column);

#endif
