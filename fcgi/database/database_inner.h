/*
 * What only connection.c and database.c share: the connection, and waiting for its results.
 */
#ifndef SILO_DATABASE_INNER_H
#define SILO_DATABASE_INNER_H

#include "database/database.h"

/* Added to statement_timeout: a server that is silent for longer has gone. */
enum { SLACK_MS = 2000 };

struct database {
	char *conninfo, *application_name, *options;
	const struct statement *const *statements;
	int64_t statement_timeout_ms;
	int64_t clock_ahead_ms; /* of the server, since 1970, against now_ms() */
	PGconn *connection;     /* NULL while away */
	long connections;       /* made so far */
	int wakes;              /* wake-ups sent whose results are still to be read */
	int64_t backoff_ms, retry_at_ms, woken_at_ms;
};

/* The wake-up of the feed, prepared beside the caller's statements. */
extern const struct statement connection_wake_feed;

/* From a clock that nobody can set. */
int64_t connection_now_ms(void);

/* Until when to wait for an answer that is requested now. */
int64_t connection_deadline_ms(const struct database *database);

/* The next result or NULL; sets *lost if the connection is unusable. */
PGresult *connection_next(struct database *database, int64_t deadline_ms, bool *lost);

/* Reads up to the next sync and drops everything: a wake-up's result, or the end of a call. */
bool connection_skip_to_sync(struct database *database, int64_t deadline_ms);

/* Closes; the next call connects again. */
void connection_drop(struct database *database);

#endif
