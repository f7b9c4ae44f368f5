/*
 * Calls: statements sent as one transaction in one round trip, and their outcome.
 */
#include "config.h"
#include "database/database_inner.h"
#include "database/cancel.h"
#include "base/log.h"
#include "database/sqlstate.h"

#include <inttypes.h>
#include <string.h>

/* The part of the slack left for the commit and the way back if a call arrives just in time. */
enum { COMMIT_MS = 1000 };

/*
 * silo-events looks once more 20 ms after a wake-up (REST_MS in events/clock.c), so a change that
 * commits shortly after one needs no wake-up of its own.
 */
enum { WAKE_PAUSE_MS = 10 };

/* The instant, by the server's clock, after which nobody waits any longer. */
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
		PGresult *result = connection_next(database, deadline, &lost);

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
		PQclear(connection_next(database, deadline, &lost)); /* the NULL that ends it */
		if (lost)
			return false;
	}
	return true;
}

/* Reads the sync.  An error can still come here (a deferred constraint, the commit itself). */
static bool take_sync(struct database *database, struct arena *arena, int64_t deadline,
                      const struct statement *last, struct database_answer *answer, bool *stale)
{
	bool lost = false;

	for (int tries = 0; tries < 8 && !lost; tries++) {
		PGresult *result = connection_next(database, deadline, &lost);

		if (!result)
			continue;
		arena_tie(arena, clear, result);
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			return true;
		if (answer->outcome == DATABASE_DONE) {
			answer->result = result;
			*stale = sqlstate_judge(answer, last);
			/*
			 * The calls themselves have succeeded; the connection ended during the
			 * commit.
			 */
			if (answer->outcome == DATABASE_AWAY)
				answer->outcome = DATABASE_LOST;
		}
	}
	return false;
}

/* Uses the existing connection. */
static struct database_answer run_once(struct database *database, struct arena *arena,
                                       const struct database_call *calls, int count)
{
	struct database_answer answer = {.outcome = DATABASE_DONE};
	int64_t deadline = connection_deadline_ms(database);
	bool stale = false;

	if (!send_calls(database, arena, calls, count, deadline))
		goto lost;
	for (; database->wakes > 0; database->wakes--)
		if (!connection_skip_to_sync(database, deadline))
			goto lost;
	if (!take_results(database, arena, calls, count, deadline, &answer, &stale) ||
	    !take_sync(database, arena, deadline, calls[count - 1].statement, &answer, &stale))
		goto lost;
	if (stale)
		connection_drop(database);
	return answer;
lost:
	/* A refusal or error that has arrived still counts: nothing was committed. */
	log_event(LOG_LEVEL_WARNING, "database_lost", "statement", calls[count - 1].statement->name,
	          "reason", PQerrorMessage(database->connection), NULL);
	if (PQstatus(database->connection) == CONNECTION_OK)
		cancel_briefly(database->connection);
	connection_drop(database);
	if (answer.outcome == DATABASE_DONE)
		answer = (struct database_answer){.outcome = DATABASE_LOST};
	return answer;
}

/*
 * An error before the end of the pipeline has undone all of it.  So a call can be repeated if the
 * schema differs from the one it was prepared for, or the clock from the one that was read.  If the
 * statements were prepared for this very call, repeating would change nothing.
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
	int64_t now = connection_now_ms();

	if (!database->connection || now < database->woken_at_ms + WAKE_PAUSE_MS)
		return;
	if (!PQsendQueryPrepared(database->connection, connection_wake_feed.name, 0, NULL, NULL,
	                         NULL, 0) ||
	    !PQpipelineSync(database->connection) || PQflush(database->connection) < 0) {
		connection_drop(database); /* silo-events looks every second anyway */
		return;
	}
	database->woken_at_ms = now;
	database->wakes++;
}
