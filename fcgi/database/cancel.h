/*
 * Asks Postgres to stop what a connection is doing, without waiting for it.
 */
#ifndef SILO_DATABASE_CANCEL_H
#define SILO_DATABASE_CANCEL_H

#include <libpq-fe.h>

/*
 * Sends the request on its own connection and waits at most half a second for its delivery.
 * Promises nothing: a session between two statements ignores it, and a silent server never sees it.
 * The instant that each call carries (database.h) keeps it from happening later.
 */
void cancel_briefly(PGconn *connection);

#endif
