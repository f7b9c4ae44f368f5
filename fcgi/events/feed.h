/*
 * The newest events in memory, by number, ready to be sent; older ones are in the database.
 */
#ifndef SILO_EVENTS_FEED_H
#define SILO_EVENTS_FEED_H

#include <libpq-fe.h>
#include "events/hub.h"
#include "events/wire.h"

struct event {
	int64_t number;
	char *type;
	char *part_number;   /* NULL for events of the server */
	char **people;       /* NULL-terminated: the users it concerns */
	struct chunk *chunk; /* as sent to every subscriber */
};

enum { FEED_KEPT = 8192 };

struct feed {
	struct event *kept[FEED_KEPT]; /* a ring by number */
	int64_t oldest;                /* lowest number in the ring; last + 1 if it is empty */
	int64_t last;                  /* newest known number */
	bool ready;                    /* knows where the feed ends */
};

/* The columns that event_read expects. */
#define FEED_COLUMNS                                                                               \
	"number, type, part_number, people, data, extract(epoch from clock_timestamp() - at)"

/* One row as an event, owned by the caller; NULL if memory is out. */
struct event *event_read(const PGresult *rows, int row);
void event_free(struct event *event); /* NULL is allowed */

struct feed *feed_new(void);
void feed_free(struct feed *feed);

/* Takes over the event as the newest; its number must follow the last. */
void feed_add(struct feed *feed, struct event *event);

/* Forgets all events and continues from `last`, as if none had been read. */
void feed_restart(struct feed *feed, int64_t last);

/* The event of that number, or NULL if it is not in memory. */
struct event *feed_find(const struct feed *feed, int64_t number);

#endif
