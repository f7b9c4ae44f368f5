/*
 * What a request to silo-events asks for: which events, from which number on, or only whether the
 * hub is alive.
 */
#ifndef SILO_EVENTS_STREAMS_WISH_H
#define SILO_EVENTS_STREAMS_WISH_H

#include "events/streams/delivery.h"
#include "http/request.h"

struct wish {
	const char *fault;     /* the machine code of what is wrong with it; NULL = nothing */
	const char *field;     /* the wrong parameter, or NULL if it isn't one; lives as long as the
	                          request */
	bool is_health;        /* asks only for the hub's own health */
	struct filter filter;  /* the caller's to free */
	int64_t last_event_id; /* the number the client has reached; -1 = none */
};

/* Begins the request and reads it. */
void wish_read(struct request *rq, struct wish *wish);

#endif
