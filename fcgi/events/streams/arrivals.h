/*
 * New connections: from accept to a subscriber.
 */
#ifndef SILO_EVENTS_STREAMS_ARRIVALS_H
#define SILO_EVENTS_STREAMS_ARRIVALS_H

#include "events/hub.h"

/* Takes over the listening descriptor (non-blocking); false after logging. */
bool arrivals_open(struct hub *hub, int listener);

/* No more are accepted. */
void arrivals_close(struct hub *hub);

/* Gives up on connections that do not send a whole request. */
void arrivals_tick(struct hub *hub);

#endif
