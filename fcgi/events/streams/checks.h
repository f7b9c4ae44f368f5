/*
 * May the users of the open streams still read?  Checked in batches, each stream at least once per
 * heartbeat.
 */
#ifndef SILO_EVENTS_STREAMS_CHECKS_H
#define SILO_EVENTS_STREAMS_CHECKS_H

#include "events/streams/subscriber.h"

/* Starts a batch if one is due. */
void checks_tick(struct hub *hub);

#endif
