/*
 * What the hub counts, for /ready and /metrics.
 */
#ifndef SILO_EVENTS_FIGURES_H
#define SILO_EVENTS_FIGURES_H

#include "events/hub.h"

struct figures *figures_new(void);
void figures_free(struct figures *figures);

/* Seconds of a clock that only goes forward. */
double figures_now(void);

/* The last stream had an event of the feed `lag` seconds after it was written, which is a moment
 * before its commit. */
void figures_count_event(struct hub *hub, double lag);
void figures_count_delivery(struct hub *hub);
void figures_count_drop(struct hub *hub);
void figures_count_refusal(struct hub *hub);

/* The hub's name: machine and socket, the same after a restart. */
void figures_name_set(const char *listen);
const char *figures_name(void);

/* All of it as JSON, as silo.hub_report takes it; 1,024 bytes suffice. */
void figures_text(const struct hub *hub, char *text, size_t size);

#endif
