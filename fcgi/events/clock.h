/*
 * The clock of the system: reads the feed for this hub's subscribers, and, if this hub leads,
 * numbers the feed, ends leases, warns holders and removes old data.  One query at a time on the
 * duty link, whose session holds the advisory lock.
 */
#ifndef SILO_EVENTS_CLOCK_H
#define SILO_EVENTS_CLOCK_H

#include "events/hub.h"
#include "events/link.h"

extern const struct link_handlers clock_handlers;

struct clock_work *clock_new(void);
void clock_free(struct clock_work *clock);

/* Starts what is due; returns the milliseconds until it must be called again. */
int64_t clock_tick(struct hub *hub);

#endif
