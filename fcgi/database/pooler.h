/*
 * Does Postgres itself answer, or a connection pooler such as PgBouncer in front of it?  Silo's
 * time limits, prepared statements, LISTEN and session locks belong to one Postgres session, and a
 * pooler gives each transaction to a different one: limits get lost, statements collide, two hubs
 * could lead.  So Silo refuses a pooler in every mode; it keeps few connections and needs none.
 */
#ifndef SILO_DATABASE_POOLER_H
#define SILO_DATABASE_POOLER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* Postgres itself answers this with the number it gave when the session began. */
#define POOLER_QUESTION "select pg_backend_pid()"

/* One sentence for the administrator: what is wrong and what to do. */
extern const char pooler_advice[];

/* True if the answer to POOLER_QUESTION comes from a process other than the connection's. */
bool pooler_answered(const PGconn *connection, const PGresult *answer);

/*
 * Asks on an idle connection, within `milliseconds`.  No answer in time doesn't count as a pooler;
 * the connection is then unusable, and its next user finds out.
 */
bool pooler_is_between(PGconn *connection, int64_t milliseconds);

/* The same on a new connection, e.g. before a service starts. */
bool pooler_is_at(const char *conninfo);

#endif
