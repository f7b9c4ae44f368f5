/*
 * Recognizes poolers by the process number: PgBouncer and similar programs invent one for the
 * cancel key of a client (libpq manual, PQbackendPID), while a plain TCP proxy passes on Postgres's
 * own.
 */
#include "config.h"
#include "database/pooler.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

const char pooler_advice[] =
    "a connection pooler (PgBouncer?) stands between Silo and Postgres: name Postgres's own host "
    "and port instead, in the settings database and events_database (SILO_ADMIN_DATABASE for "
    "silo-admin); Silo needs sessions of its own";

enum { START_MS = 3000 };

bool pooler_answered(const PGconn *connection, const PGresult *answer)
{
	return PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer) == 1 &&
	       strtol(PQgetvalue(answer, 0, 0), NULL, 10) != PQbackendPID(connection);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool await(PGconn *connection, int64_t until_ms)
{
	while (PQisBusy(connection)) {
		struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
		int64_t left = until_ms - now_ms();

		if (left <= 0)
			return false;
		if (poll(&fd, 1, (int)left) > 0 && !PQconsumeInput(connection))
			return false;
	}
	return true;
}

bool pooler_is_between(PGconn *connection, int64_t milliseconds)
{
	int64_t until_ms = now_ms() + milliseconds;
	bool between = false;
	PGresult *result;

	if (!PQsendQuery(connection, POOLER_QUESTION))
		return false;
	while (await(connection, until_ms) && (result = PQgetResult(connection))) {
		between = between || pooler_answered(connection, result);
		PQclear(result);
	}
	return between;
}

bool pooler_is_at(const char *conninfo)
{
	const char *const names[] = {"connect_timeout", "dbname", NULL};
	const char *const values[] = {"2", conninfo, NULL};
	PGconn *connection = PQconnectdbParams(names, values, 1);
	bool between =
	    PQstatus(connection) == CONNECTION_OK && pooler_is_between(connection, START_MS);

	PQfinish(connection);
	return between;
}
