/*
 * Asks Postgres to stop what a connection is doing, without waiting for it.
 */
#ifndef SILO_DATABASE_CANCEL_H
#define SILO_DATABASE_CANCEL_H

#include <libpq-fe.h>

/*
 * Sends the request on a connection of its own and waits for its delivery for half a second at the
 * most.  No promise: a session between two statements ignores it, and a silent server never sees
 * it. What must not happen later is refused by the instant that each call carries (database.h).
 */
void cancel_briefly(PGconn *connection);

#endif
