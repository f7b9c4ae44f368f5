/*
 * One round's file as the load has written it (history.h), and when the effect of each of its calls
 * was there for certain.
 */
#ifndef HISTORY_ROUND_H
#define HISTORY_ROUND_H

#include "history.h"

#include <stddef.h>

enum { STATUSES = 600, STOPS_MOST = 10000 };

struct round {
	long number;
	struct call *calls;
	size_t count, space, stop_count;
	struct call stops[STOPS_MOST];
};

/* Reads the file into a round that is empty but for its number; its calls are the caller's to free.
 * Ends the program when that is no history. */
void round_read(struct round *round, const char *path);

#endif
