/*
 * New connections: from accept to a subscriber.
 */
#ifndef SILO_EVENTS_STREAMS_ARRIVALS_H
#define SILO_EVENTS_STREAMS_ARRIVALS_H

#include "events/hub.h"

/* Takes over the listening descriptor (non-blocking); false after logging. */
bool arrivals_open(struct hub *hub, int listener);

/* Stops accepting. */
void arrivals_close(struct hub *hub);

/* Drops connections that don't send a complete request in time. */
void arrivals_tick(struct hub *hub);

#endif
