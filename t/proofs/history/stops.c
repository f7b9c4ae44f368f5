/* Sessions that are stopped; see stops.h. */
#include "stops.h"
#include "exchange.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

enum { SESSIONS_MOST = 64, SLICE_MS = 20, REST_MS = 200 };

/* A worker gives up after statement_timeout_ms (200, see run) and two seconds. */
enum { SHORT_MS = 400, LONG_MS = 3000 };

static void wait_ms(int milliseconds, bool (*is_over)(void))
{
	for (; milliseconds > 0 && !is_over(); milliseconds -= SLICE_MS)
		nanosleep(&(struct timespec){.tv_nsec = SLICE_MS * 1000000L}, NULL);
}

/* All sessions of the workers but one, in any order. */
static int sessions(PGconn *owner, pid_t pids[SESSIONS_MOST])
{
	PGresult *rows =
	    PQexec(owner, "select pid from pg_stat_activity where usename = 'silo_api' "
	                  "order by random() offset 1");
	int count = PQresultStatus(rows) == PGRES_TUPLES_OK ? PQntuples(rows) : 0;

	if (count > SESSIONS_MOST)
		count = SESSIONS_MOST;
	for (int i = 0; i < count; i++)
		pids[i] = (pid_t)strtol(PQgetvalue(rows, i, 0), NULL, 10);
	PQclear(rows);
	return count;
}

/*
 * What has begun before now is done.  A session that was waked has to be seen at work first, or has
 * nothing to do: a session that was stopped before it read its message begins it after now, and SQL
 * refuses what is late.
 */
static void settle(PGconn *owner)
{
	PGresult *rows = PQexec(owner, "select clock_timestamp()");
	const char *const values[] = {PQntuples(rows) == 1 ? PQgetvalue(rows, 0, 0) : "infinity"};
	bool is_done = false;

	for (int tries = 0; tries < 3000 && !is_done; tries++) {
		PGresult *busy =
		    PQexecParams(owner,
		                 "select 1 from pg_stat_activity where usename = 'silo_api' "
		                 "and state <> 'idle' and state_change < $1",
		                 1, NULL, values, NULL, NULL, 0);

		is_done = PQresultStatus(busy) == PGRES_TUPLES_OK && PQntuples(busy) == 0;
		PQclear(busy);
		if (!is_done)
			nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	PQclear(rows);
}

bool stop_once(PGconn *owner, bool (*is_over)(void), unsigned *seed, struct stop *stop)
{
	pid_t pids[SESSIONS_MOST];
	int count, stopped = 0;
	const bool is_long = rand_r(seed) % 4 != 0;

	wait_ms(REST_MS + rand_r(seed) % REST_MS, is_over);
	count = sessions(owner, pids);
	if (is_over() || count == 0)
		return false;
	stop->start = now_ns();
	for (int i = 0; i < count; i++)
		stopped += kill(pids[i], SIGSTOP) == 0;
	if (stopped == 0) {
		perror("stops: no session of Postgres can be stopped");
		exit(2);
	}
	wait_ms(is_long ? LONG_MS : rand_r(seed) % SHORT_MS, is_over);
	for (int i = 0; i < count; i++)
		kill(pids[i], SIGCONT);
	settle(owner);
	stop->end = now_ns();
	return true;
}
