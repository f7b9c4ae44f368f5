/*
 * Delivery: from a stream's position in the feed to its socket.  A stream queues only the rest of
 * what was begun and a few lines of its own; anything else that doesn't go out now is found again
 * by its position.  Knows nothing of the reader or of what follows; it returns the outcome.
 */
#ifndef SILO_EVENTS_STREAMS_DELIVERY_H
#define SILO_EVENTS_STREAMS_DELIVERY_H

#include "events/hub.h"
#include "events/wire.h"

enum { NOTES = 4 };

/* What the client asked for; owned by the stream. */
struct filter {
	char **types;        /* NULL-terminated; NULL = all */
	char **part_numbers; /* NULL-terminated; NULL = all */
	bool mine;
};

struct delivery {
	struct filter filter;
	const char *reader;    /* the user whose events `mine` means; the stream's text */
	int64_t position;      /* number of the last event sent or skipped; -1 = only new ones */
	struct chunk *partial; /* begun and not yet completely written */
	unsigned partial_written;
	struct chunk *notes[NOTES]; /* to be sent before further events */
	unsigned note_count;
};

enum delivered {
	DELIVERY_DONE,  /* everything that is in memory has been written */
	DELIVERY_STUCK, /* the socket is full */
	DELIVERY_BROKEN /* the connection is gone */
};

/*
 * Writes what is begun and queued, and, if it `takes_events`, the events after its position, as far
 * as they are in memory.
 */
enum delivered delivery_send(struct delivery *delivery, struct hub *hub, int fd, bool takes_events);

/* Queues a line; takes over the reference.  False if it is NULL or there is no room. */
bool delivery_note(struct delivery *delivery, struct chunk *chunk);

/* True if it has passed everything up to the newest event. */
bool delivery_is_even(const struct delivery *delivery, const struct hub *hub);

/* Frees what it holds, including the filter. */
void delivery_empty(struct delivery *delivery);

void filter_free(struct filter *filter);

#endif
