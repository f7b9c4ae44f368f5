/*
 * Sessions of Postgres that stand still: the workers' are stopped, all but one, some for longer
 * than a worker waits, and go on.  A machine that is paused, swaps or is looked into does that.
 */
#ifndef HISTORY_STOPS_H
#define HISTORY_STOPS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct stop {
	uint64_t start, end; /* of now_ns() */
};

/*
 * Makes one stop: waits, stops, waits again, lets them go on, and returns when all that they, and
 * the sessions that waited for them, had begun before is done.  `is_over` ends the waits early.
 * False when nothing was stopped.
 */
bool stop_once(PGconn *owner, bool (*is_over)(void), unsigned *seed, struct stop *stop);

#endif
