/*
 * Is it Postgres that answers, or a connection pooler such as PgBouncer before it?  Silo's time
 * limits, prepared statements, LISTEN and session locks belong to one session of Postgres, and a
 * pooler hands each transaction to another: limits get lost, statements collide, two hubs could
 * lead.  So it is refused, in every mode: Silo keeps few connections and needs none.
 */
#ifndef SILO_DATABASE_POOLER_H
#define SILO_DATABASE_POOLER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* What Postgres itself answers with the number that it gave when the session began. */
#define POOLER_QUESTION "select pg_backend_pid()"

/* One sentence for the administrator: what is wrong and what to do. */
extern const char pooler_advice[];

/* True when the answer to POOLER_QUESTION comes from another process than the connection's. */
bool pooler_answered(const PGconn *connection, const PGresult *answer);

/*
 * Asks on a connection that is not in use, within `milliseconds`.  No answer in time is no pooler:
 * the connection is then good for nothing, which its next user finds.
 */
bool pooler_is_between(PGconn *connection, int64_t milliseconds);

/* The same of a connection made for the question, e.g. before a service starts. */
bool pooler_is_at(const char *conninfo);

#endif
