/*
 * Are the people of the open streams still allowed to read?  Asked in batches, each stream at least
 * once a heartbeat.
 */
#ifndef SILO_EVENTS_STREAMS_CHECKS_H
#define SILO_EVENTS_STREAMS_CHECKS_H

#include "events/streams/subscriber.h"

/* Starts a batch when one is due. */
void checks_tick(struct hub *hub);

#endif
