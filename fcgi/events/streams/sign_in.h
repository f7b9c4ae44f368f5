/*
 * Who reads a stream, and may they open another one?
 */
#ifndef SILO_EVENTS_STREAMS_SIGN_IN_H
#define SILO_EVENTS_STREAMS_SIGN_IN_H

#include "events/streams/subscriber.h"

/* Asks Postgres who this is; then begins or refuses the stream. */
void subscriber_sign_in(struct subscriber *subscriber);

#endif
