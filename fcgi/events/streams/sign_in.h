/*
 * Who reads a stream, and whether one more may be opened.
 */
#ifndef SILO_EVENTS_STREAMS_SIGN_IN_H
#define SILO_EVENTS_STREAMS_SIGN_IN_H

#include "events/streams/subscriber.h"

/* Asks Postgres who this is; then the stream begins or is refused. */
void subscriber_sign_in(struct subscriber *subscriber);

#endif
