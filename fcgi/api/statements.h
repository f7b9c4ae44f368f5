/*
 * How SQL functions are called: the shapes of a statement, and the calls that are no route's own.
 * A route's call is in its entry of routes.def.  All parameters travel as text and are cast in the
 * statement; each appears in it once.
 */
#ifndef SILO_API_STATEMENTS_H
#define SILO_API_STATEMENTS_H

#include "database/database.h"

#define STATEMENT_ROWS(columns, function, arguments)                                               \
	{                                                                                          \
#function, "select " columns " from silo." #function "(" arguments ")"             \
	}

/* Of a function that returns an answer: HTTP status, whole JSON body, ETag, Location. */
#define STATEMENT_ASKS(function, arguments)                                                        \
	STATEMENT_ROWS("status, body, etag, location", function, arguments)

/*
 * The same of what changes something: once it is done, and before it is committed, SQL looks at the
 * clock again.  A session that was stopped meanwhile must not do later what has been given up.
 */
#define STATEMENT_CHANGES(function, arguments)                                                     \
	STATEMENT_ROWS("status, body, etag, location, silo.in_time()", function, arguments)

/* The most parameters of a call. */
enum { VALUES_MOST = 16 };

/* Before each call of a route that is not public, in the same transaction. */
extern const struct statement sql_sign_in;
/* Of routes that need more than their own call, or answer without one too. */
extern const struct statement sql_login_start, sql_login_finish, sql_logout;
extern const struct statement sql_password_hash, sql_upload_check, sql_ready, sql_metrics;

#endif
