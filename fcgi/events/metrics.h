/*
 * What the hub counts, for /ready and /metrics.
 */
#ifndef SILO_EVENTS_METRICS_H
#define SILO_EVENTS_METRICS_H

#include "events/hub.h"

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/* Seconds on a monotonic clock. */
double metrics_now(void);

/*
 * The last stream got an event of the feed `lag` seconds after the event was written, a moment
 * before its commit.
 */
void metrics_count_event(struct hub *hub, double lag);
void metrics_count_delivery(struct hub *hub);
void metrics_count_drop(struct hub *hub);
void metrics_count_refusal(struct hub *hub);

/* The hub's name: machine and socket, the same after a restart. */
void metrics_name_set(const char *listen);
const char *metrics_name(void);

/* Everything as JSON, as silo.hub_report takes it; 1,024 bytes suffice. */
void metrics_text(const struct hub *hub, char *text, size_t size);

#endif
