/*
 * The connection.  All traffic is libpq pipeline mode on a non-blocking socket with a deadline of
 * our own, because a server that disappears silently must not hold a worker.  Only the connect
 * itself blocks: libpq limits it by connect_timeout for each host.
 */
#include "config.h"
#include "database/database_inner.h"
#include "base/log.h"
#include "database/pooler.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BACKOFF_LEAST_MS = 100, BACKOFF_MOST_MS = 2000 };

/* One statement, so the setting ends with its transaction. */
const struct statement connection_wake_feed = {
    "wake_feed",
    "select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '')"};

int64_t connection_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t connection_deadline_ms(const struct database *database)
{
	return connection_now_ms() + database->statement_timeout_ms + SLACK_MS;
}

/* The options already in the operator's conninfo; ours follow them. */
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

void connection_drop(struct database *database)
{
	PQfinish(database->connection);
	database->connection = NULL;
	database->wakes = 0;
}

void database_free(struct database *database)
{
	if (!database)
		return;
	connection_drop(database);
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

/* Sends pending data and reads arriving data until a result is available. */
static bool await(PGconn *connection, int64_t deadline_ms)
{
	for (;;) {
		struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
		int64_t left = deadline_ms - connection_now_ms();
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

PGresult *connection_next(struct database *database, int64_t deadline_ms, bool *lost)
{
	if (!await(database->connection, deadline_ms)) {
		*lost = true;
		return NULL;
	}
	return PQgetResult(database->connection);
}

bool connection_skip_to_sync(struct database *database, int64_t deadline_ms)
{
	bool lost = false;

	for (int empty = 0; !lost && empty < 64;) {
		PGresult *result = connection_next(database, deadline_ms, &lost);
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
	PGresult *result = connection_next(database, deadline, &lost);

	if (result && PQresultStatus(result) != PGRES_COMMAND_OK)
		log_event(LOG_LEVEL_ERROR, "statement_not_prepared", "statement", statement->name,
		          "reason", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
	PQclear(result);
	return !lost && connection_skip_to_sync(database, deadline);
}

/*
 * Each statement ends with its own sync.  If the schema lacks one (before a migration), only that
 * one's calls fail; the log names it.
 */
static bool prepare_all(struct database *database)
{
	int64_t deadline = connection_deadline_ms(database);
	int count = 0;

	if (!send_prepare(database, &connection_wake_feed))
		return false;
	for (; database->statements[count]; count++)
		if (!send_prepare(database, database->statements[count]))
			return false;
	if (!take_prepared(database, &connection_wake_feed, deadline))
		return false;
	for (int at = 0; at < count; at++)
		if (!take_prepared(database, database->statements[at], deadline))
			return false;
	return true;
}

/*
 * Asked once per connection.  The server read its clock a little before we read the answer, so an
 * instant computed from it is too early rather than too late.
 */
static bool read_clock(struct database *database)
{
	static const char clock[] = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
	int64_t deadline = connection_deadline_ms(database);
	bool lost = false, known;
	PGresult *result;

	if (!PQsendQueryParams(database->connection, clock, 0, NULL, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(database->connection))
		return false;
	result = connection_next(database, deadline, &lost);
	known = result && PQresultStatus(result) == PGRES_TUPLES_OK;
	if (known)
		database->clock_ahead_ms =
		    strtoll(PQgetvalue(result, 0, 0), NULL, 10) - connection_now_ms();
	PQclear(result);
	return known && connection_skip_to_sync(database, deadline);
}

static void back_off(struct database *database, const char *reason)
{
	log_event(LOG_LEVEL_WARNING, "database_away", "reason", reason, NULL);
	connection_drop(database);
	database->retry_at_ms = connection_now_ms() + database->backoff_ms;
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
 * Notices that the server has closed the connection since the last call (a restart), while nothing
 * is sent and another connection can still take the call.
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
	if (!database->connection && connection_now_ms() < database->retry_at_ms)
		return false;
	connection_drop(database);
	return connect_now(database);
}
