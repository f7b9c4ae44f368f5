/*
 * Begins a connection to one of several hosts without waiting for it.
 */
#ifndef SILO_EVENTS_DIAL_H
#define SILO_EVENTS_DIAL_H

#include <libpq-fe.h>

/*
 * `database`: a connection string, its lists of hosts turned by `first_host`, so that each try
 * begins with another.  To be polled by the caller; NULL when memory is out.
 */
PGconn *dial(const char *database, unsigned first_host);

#endif
