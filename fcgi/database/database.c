/*
 * The connection.  All traffic is libpq pipeline mode on a non-blocking socket with a deadline
 * of our own, because a server that has gone away without a word must not hold a worker.
 * Only the connect itself blocks: libpq bounds it by connect_timeout for each host.
 */
#include "config.h"
#include "database/database.h"
#include "database/cancel.h"
#include "base/log.h"
#include "database/pooler.h"
#include "database/sqlstate.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BACKOFF_LEAST_MS = 100, BACKOFF_MOST_MS = 2000, SLACK_MS = 2000 };

/* Of the slack, what is left for the commit and the way back when a call just came in time. */
enum { COMMIT_MS = 1000 };

/*
 * silo-events looks once more 20 ms after a wake-up (REST_MS in events/clock.c), so what commits
 * shortly after one needs none of its own.
 */
enum { WAKE_PAUSE_MS = 10 };

/* One statement, so the setting ends with the transaction that it is for. */
static const struct statement wake_feed = {
    "wake_feed",
    "select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '')"};

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

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The options the operator's conninfo carries already; ours follow them. */
static char *own_options(const struct settings *settings)
{
	PQconninfoOption *parts = PQconninfoParse(settings->database, NULL);
	const char *given = "";
	char *options;

	for (PQconninfoOption *part = parts; part && part->keyword; part++)
		if (strcmp(part->keyword, "options") == 0 && part->val)
			given = part->val;
	if (asprintf(&options,
	             "%s -c statement_timeout=%" PRId64 " -c lock_timeout=%" PRId64
	             " -c idle_in_transaction_session_timeout=%" PRId64
	             " -c timezone=UTC -c jit=off",
	             given, settings->statement_timeout_ms, settings->lock_timeout_ms,
	             settings->statement_timeout_ms) < 0)
		options = NULL;
	PQconninfoFree(parts);
	return options;
}

struct database *database_new(const struct settings *settings, const char *application_name,
                              const struct statement *const *statements)
{
	struct database *database = calloc(1, sizeof *database);

	if (!database)
		return NULL;
	database->conninfo = strdup(settings->database);
	database->application_name = strdup(application_name);
	database->options = own_options(settings);
	database->statements = statements;
	database->statement_timeout_ms = settings->statement_timeout_ms;
	database->backoff_ms = BACKOFF_LEAST_MS;
	if (!database->conninfo || !database->application_name || !database->options) {
		database_free(database);
		return NULL;
	}
	return database;
}

static void drop(struct database *database)
{
	PQfinish(database->connection);
	database->connection = NULL;
	database->wakes = 0;
}

void database_free(struct database *database)
{
	if (!database)
		return;
	drop(database);
	free(database->conninfo);
	free(database->application_name);
	free(database->options);
	free(database);
}

static void note(void *unused, const char *message)
{
	(void)unused;
	log_event(LOG_LEVEL_DEBUG, "database_notice", "message", message, NULL);
}

/* Sends what is pending and takes in what has come, until a result can be read. */
static bool await(PGconn *connection, int64_t deadline_ms)
{
	for (;;) {
		struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
		int64_t left = deadline_ms - now_ms();
		int unsent = PQflush(connection);

		if (unsent < 0)
			return false;
		if (!unsent && !PQisBusy(connection))
			return true;
		if (left <= 0)
			return false;
		if (unsent)
			fd.events |= POLLOUT;
		if (poll(&fd, 1, (int)left) < 0 && errno != EINTR)
			return false;
		if ((fd.revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(connection))
			return false;
	}
}

/* The next result or NULL; *lost when the connection is no good any more. */
static PGresult *next_result(struct database *database, int64_t deadline_ms, bool *lost)
{
	if (!await(database->connection, deadline_ms)) {
		*lost = true;
		return NULL;
	}
	return PQgetResult(database->connection);
}

/* Reads up to the next sync and drops it all: a wake-up's result, or the end of a call. */
static bool skip_to_sync(struct database *database, int64_t deadline_ms)
{
	bool lost = false;

	for (int empty = 0; !lost && empty < 64;) {
		PGresult *result = next_result(database, deadline_ms, &lost);
		bool is_sync = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;

		empty = result ? 0 : empty + 1;
		PQclear(result);
		if (is_sync)
			return true;
	}
	return false;
}

static bool send_prepare(struct database *database, const struct statement *statement)
{
	return PQsendPrepare(database->connection, statement->name, statement->text, 0, NULL) &&
	       PQpipelineSync(database->connection);
}

static bool take_prepared(struct database *database, const struct statement *statement,
                          int64_t deadline)
{
	bool lost = false;
	PGresult *result = next_result(database, deadline, &lost);

	if (result && PQresultStatus(result) != PGRES_COMMAND_OK)
		log_event(LOG_LEVEL_ERROR, "statement_not_prepared", "statement", statement->name,
		          "reason", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
	PQclear(result);
	return !lost && skip_to_sync(database, deadline);
}

/*
 * Each statement ends with an own sync, so that one the schema lacks (a migration to come) makes
 * only its own calls fail; the log names it.
 */
static bool prepare_all(struct database *database)
{
	int64_t deadline = now_ms() + database->statement_timeout_ms + SLACK_MS;
	int count = 0;

	if (!send_prepare(database, &wake_feed))
		return false;
	for (; database->statements[count]; count++)
		if (!send_prepare(database, database->statements[count]))
			return false;
	if (!take_prepared(database, &wake_feed, deadline))
		return false;
	for (int at = 0; at < count; at++)
		if (!take_prepared(database, database->statements[at], deadline))
			return false;
	return true;
}

/*
 * Asked once a connection.  The server showed it a little before we read it, so an instant reckoned
 * from it comes too early rather than too late.
 */
static bool read_clock(struct database *database)
{
	static const char clock[] = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
	int64_t deadline = now_ms() + database->statement_timeout_ms + SLACK_MS;
	bool lost = false, known;
	PGresult *result;

	if (!PQsendQueryParams(database->connection, clock, 0, NULL, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(database->connection))
		return false;
	result = next_result(database, deadline, &lost);
	known = result && PQresultStatus(result) == PGRES_TUPLES_OK;
	if (known)
		database->clock_ahead_ms = strtoll(PQgetvalue(result, 0, 0), NULL, 10) - now_ms();
	PQclear(result);
	return known && skip_to_sync(database, deadline);
}

static void back_off(struct database *database, const char *reason)
{
	log_event(LOG_LEVEL_WARNING, "database_away", "reason", reason, NULL);
	drop(database);
	database->retry_at_ms = now_ms() + database->backoff_ms;
	database->backoff_ms *= 2;
	if (database->backoff_ms > BACKOFF_MOST_MS)
		database->backoff_ms = BACKOFF_MOST_MS;
}

static bool connect_now(struct database *database)
{
	const char *const names[] = {"connect_timeout",     "keepalives_idle",
	                             "keepalives_interval", "keepalives_count",
	                             "tcp_user_timeout",    "dbname",
	                             "application_name",    "options",
	                             "client_encoding",     NULL};
	const char *const values[] = {"2",
	                              "10",
	                              "5",
	                              "3",
	                              "20000",
	                              database->conninfo,
	                              database->application_name,
	                              database->options,
	                              "UTF8",
	                              NULL};

	database->connection = PQconnectdbParams(names, values, 1);
	if (PQstatus(database->connection) != CONNECTION_OK) {
		back_off(database, PQerrorMessage(database->connection));
		return false;
	}
	if (pooler_is_between(database->connection, database->statement_timeout_ms)) {
		back_off(database, pooler_advice);
		return false;
	}
	PQsetNoticeProcessor(database->connection, note, NULL);
	if (PQsetnonblocking(database->connection, 1) != 0 ||
	    !PQenterPipelineMode(database->connection) || !prepare_all(database) ||
	    !read_clock(database)) {
		back_off(database, PQerrorMessage(database->connection));
		return false;
	}
	database->backoff_ms = BACKOFF_LEAST_MS;
	database->connections++;
	log_event(LOG_LEVEL_INFO, "database_connected", "host", PQhost(database->connection), NULL);
	return true;
}

/*
 * Notices a server that has closed the connection since the last call (a restart), while nothing
 * is sent yet and another connection can still take the call.
 */
static bool is_alive(struct database *database)
{
	for (int tries = 0; tries < 4; tries++) {
		struct pollfd fd = {.fd = PQsocket(database->connection), .events = POLLIN};

		if (PQstatus(database->connection) != CONNECTION_OK)
			return false;
		if (poll(&fd, 1, 0) <= 0)
			return true;
		if (!PQconsumeInput(database->connection))
			return false;
	}
	return PQstatus(database->connection) == CONNECTION_OK;
}

bool database_ready(struct database *database)
{
	if (database->connection && is_alive(database))
		return true;
	if (!database->connection && now_ms() < database->retry_at_ms)
		return false;
	drop(database);
	return connect_now(database);
}

/* By the server's clock, the instant after which nobody waits any more. */
static const char *answer_by(const struct database *database, struct arena *arena, int64_t deadline)
{
	int64_t at_ms = deadline - COMMIT_MS + database->clock_ahead_ms;

	return arena_print(arena, "%" PRId64 ".%03d", at_ms / 1000, (int)(at_ms % 1000));
}

static int parameters_of(const struct statement *statement)
{
	int count = 0;

	for (const char *at = statement->text; (at = strchr(at, '$')); at++)
		count++;
	return count;
}

static bool send_calls(struct database *database, struct arena *arena,
                       const struct database_call *calls, int count, int64_t deadline)
{
	for (int at = 0; at < count; at++) {
		if (calls[at].answer_by)
			*calls[at].answer_by = answer_by(database, arena, deadline);
		if (!PQsendQueryPrepared(database->connection, calls[at].statement->name,
		                         parameters_of(calls[at].statement), calls[at].values, NULL,
		                         NULL, 0))
			return false;
	}
	return PQpipelineSync(database->connection) == 1;
}

static void clear(void *result)
{
	PQclear(result);
}

/* The results of the calls; the first error decides, the rest are then "aborted". */
static bool take_results(struct database *database, struct arena *arena,
                         const struct database_call *calls, int count, int64_t deadline,
                         struct database_answer *answer, bool *stale)
{
	bool lost = false;

	for (int at = 0; at < count; at++) {
		PGresult *result = next_result(database, deadline, &lost);

		if (lost || !result)
			return false;
		arena_tie(arena, clear, result);
		if (answer->outcome == DATABASE_DONE) {
			answer->result = result;
			if (PQresultStatus(result) != PGRES_TUPLES_OK &&
			    PQresultStatus(result) != PGRES_COMMAND_OK)
				*stale = sqlstate_judge(answer, calls[at].statement);
			else if (at == 0)
				answer->first = result;
		}
		PQclear(next_result(database, deadline, &lost)); /* the NULL that ends it */
		if (lost)
			return false;
	}
	return true;
}

/* Reads the sync; an error can still come here (a deferred constraint, the commit itself). */
static bool take_sync(struct database *database, struct arena *arena, int64_t deadline,
                      const struct statement *last, struct database_answer *answer, bool *stale)
{
	bool lost = false;

	for (int tries = 0; tries < 8 && !lost; tries++) {
		PGresult *result = next_result(database, deadline, &lost);

		if (!result)
			continue;
		arena_tie(arena, clear, result);
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			return true;
		if (answer->outcome == DATABASE_DONE) {
			answer->result = result;
			*stale = sqlstate_judge(answer, last);
			/* The calls themselves have succeeded: it ended while it was committing. */
			if (answer->outcome == DATABASE_AWAY)
				answer->outcome = DATABASE_LOST;
		}
	}
	return false;
}

/* On the connection that is there. */
static struct database_answer run_once(struct database *database, struct arena *arena,
                                       const struct database_call *calls, int count)
{
	struct database_answer answer = {.outcome = DATABASE_DONE};
	int64_t deadline = now_ms() + database->statement_timeout_ms + SLACK_MS;
	bool stale = false;

	if (!send_calls(database, arena, calls, count, deadline))
		goto lost;
	for (; database->wakes > 0; database->wakes--)
		if (!skip_to_sync(database, deadline))
			goto lost;
	if (!take_results(database, arena, calls, count, deadline, &answer, &stale) ||
	    !take_sync(database, arena, deadline, calls[count - 1].statement, &answer, &stale))
		goto lost;
	if (stale)
		drop(database);
	return answer;
lost:
	/* A refusal or an error that has arrived is true all the same: nothing was committed. */
	log_event(LOG_LEVEL_WARNING, "database_lost", "statement", calls[count - 1].statement->name,
	          "reason", PQerrorMessage(database->connection), NULL);
	if (PQstatus(database->connection) == CONNECTION_OK)
		cancel_briefly(database->connection);
	drop(database);
	if (answer.outcome == DATABASE_DONE)
		answer = (struct database_answer){.outcome = DATABASE_LOST};
	return answer;
}

/*
 * An error before the end of the pipeline has undone all of it, so a call that met a schema other
 * than the one it was prepared for, or a clock other than the one that was read, can be made again.
 * Where the statements were prepared for this very call, that would change nothing.
 */
struct database_answer database_run(struct database *database, struct arena *arena,
                                    const struct database_call *calls, int count)
{
	struct database_answer answer = {.outcome = DATABASE_AWAY};
	long before;

	do {
		before = database->connections;
		if (count < 1 || !database_ready(database))
			return (struct database_answer){.outcome = DATABASE_AWAY};
		answer = run_once(database, arena, calls, count);
	} while ((answer.outcome == DATABASE_REPLACED || answer.outcome == DATABASE_LATE) &&
	         database->connections == before);
	return answer;
}

void database_wake_feed(struct database *database)
{
	int64_t now = now_ms();

	if (!database->connection || now < database->woken_at_ms + WAKE_PAUSE_MS)
		return;
	if (!PQsendQueryPrepared(database->connection, wake_feed.name, 0, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(database->connection) || PQflush(database->connection) < 0) {
		drop(database); /* silo-events looks every second anyway */
		return;
	}
	database->woken_at_ms = now;
	database->wakes++;
}
