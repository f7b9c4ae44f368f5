/*
 * What the hub counts, for /ready and /metrics.
 */
#ifndef SILO_EVENTS_FIGURES_H
#define SILO_EVENTS_FIGURES_H

#include "events/hub.h"

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/* Seconds of a clock that only goes forward. */
double metrics_now(void);

/* The last stream had an event of the feed `lag` seconds after it was written, which is a moment
 * before its commit. */
void metrics_count_event(struct hub *hub, double lag);
void metrics_count_delivery(struct hub *hub);
void metrics_count_drop(struct hub *hub);
void metrics_count_refusal(struct hub *hub);

/* The hub's name: machine and socket, the same after a restart. */
void metrics_name_set(const char *listen);
const char *metrics_name(void);

/* All of it as JSON, as silo.hub_report takes it; 1,024 bytes suffice. */
void metrics_text(const struct hub *hub, char *text, size_t size);

#endif
