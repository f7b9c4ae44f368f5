/* What the parts of the rules share: story.c follows the events, answers.c judges the calls by
 * them. */
#ifndef HISTORY_STORY_INNER_H
#define HISTORY_STORY_INNER_H

#include "story.h"

#include <string.h>

/* What an item is between two events. */
struct state {
	const char *holder; /* "" for none; of an ended lease, until its end is told */
	const char *description;
	int revision, version, content, lease;
	uint64_t lease_end;  /* the lease was over then for certain; 0: not known to have ended */
	uint64_t lease_told; /* when it was to end */
};

/* Position p is the state before event p; `calls[p]` made event p, NULL for an ended lease. */
struct story {
	struct item *item;
	struct state *states;
	struct call **calls;
	uint64_t *least_end_after, *most_start_before; /* see judge_order() */
	size_t locked_at; /* the event that last gave or renewed the lock */
	size_t expired, ends_used, silent_commits;
	bool has_unknown_ends;
	bool is_ended_by_test; /* by EXPIRE, before the time that was told */
};

static inline bool is_write(const struct call *call)
{
	return call->action < READ;
}

/* Without an answer, or with one that says "unavailable", it may or may not have been done. */
static inline bool is_unknown(const struct call *call)
{
	return call->status == 0 || call->status >= 500;
}

/*
 * In the order of the item's events the call is before whatever begins after this.  A worker's 503
 * too: what it gave up does not happen later, or held the item's row all the while.
 */
static inline uint64_t latest_end(const struct call *call)
{
	return call->status == 503 ? call->end : call->settled;
}

static inline bool is_type(const struct event *event, const char *type)
{
	return strcmp(event->type, type) == 0;
}

/*
 * Every call that was answered with success is told once, every refused one never, and refusals and
 * reads fit a state that the item had meanwhile.  The story has been followed to its end.
 */
void judge_calls(struct story *story);

#endif
