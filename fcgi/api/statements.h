/*
 * How SQL functions are called: the shapes of a statement, and the calls that belong to no single
 * route.  A route's call is in its entry in routes.def.  All parameters are sent as text and cast
 * in the statement; each appears in it once.
 */
#ifndef SILO_API_STATEMENTS_H
#define SILO_API_STATEMENTS_H

#include "database/database.h"

/* Versions of clang-format disagree on these braces. */
/* clang-format off */
#define STATEMENT_ROWS(columns, function, arguments) \
	{#function, "select " columns " from silo." #function "(" arguments ")"}
/* clang-format on */

/* For a function that returns an answer: HTTP status, complete JSON body, ETag, Location. */
#define STATEMENT_ASKS(function, arguments)                                                        \
	STATEMENT_ROWS("status, body, etag, location", function, arguments)

/*
 * The same for a change: when it is done and before it commits, SQL checks the clock again.  A
 * session that was paused meanwhile must not do later what has been given up.
 */
#define STATEMENT_CHANGES(function, arguments)                                                     \
	STATEMENT_ROWS("status, body, etag, location, silo.in_time()", function, arguments)

/* The most parameters of a call. */
enum { VALUES_MOST = 16 };

/* Sent before each call of a route that isn't public, in the same transaction. */
extern const struct statement sql_sign_in;
/* For routes that need more than their own call, or that answer without it. */
extern const struct statement sql_login_start, sql_login_finish, sql_logout;
extern const struct statement sql_password_hash, sql_upload_check, sql_ready, sql_metrics;

#endif
