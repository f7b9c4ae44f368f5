/*
 * One libpq connection that never hangs and never gives up: non-blocking calls with a deadline,
 * reconnecting with back-off.  The caller declares its statements; they are prepared once per
 * connection.  Knows SQLSTATEs, nothing of HTTP.
 */
#ifndef SILO_DATABASE_H
#define SILO_DATABASE_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/settings.h"
#include "database/answer.h"

struct database;

/* A call of one statement inside a transaction. */
struct database_call {
	const struct statement *statement;
	const char *const *values; /* text parameters; NULL = SQL null */
	/*
	 * One of the values, filled in when they are sent, or NULL: seconds since 1970 by the
	 * server's clock, after which SQL must refuse the call, because its caller has given up.
	 */
	const char **answer_by;
};

/*
 * Does not connect yet.  `statements` ends with NULL and must live as long as this; all are
 * prepared at connect.
 */
struct database *database_new(const struct settings *settings, const char *application_name,
                              const struct statement *const *statements);
void database_free(struct database *database);

/*
 * Runs the calls in order as ONE transaction and ONE round trip (pipeline mode), e.g. sign_in
 * then the rule.  The first refusal ends it; nothing of it stays.  Connects first if needed.
 */
struct database_answer database_run(struct database *database, struct arena *arena,
                                    const struct database_call *calls, int count);

/* Sends the wake-up for the feed after a write was answered (not durable; doesn't wait for it). */
void database_wake_feed(struct database *database);

/* True if a connection is up (tries once, unless a back-off is running). */
bool database_ready(struct database *database);

#endif
