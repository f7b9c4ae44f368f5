/*
 * Begins a connection to one of several hosts without waiting for it.
 */
#ifndef SILO_EVENTS_DIAL_H
#define SILO_EVENTS_DIAL_H

#include <libpq-fe.h>

/*
 * `database`: a connection string; its lists of hosts are rotated by `first_host`, so that each try
 * begins with another host.  The caller polls it; NULL if memory is out.
 */
PGconn *dial(const char *database, unsigned first_host);

#endif
