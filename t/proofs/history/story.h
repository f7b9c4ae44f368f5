/*
 * The rules of the judge: one item of one round, its calls, its part of the feed and its rows.
 * Knows the contract, nothing of how the server keeps it, of files or of SQL.
 */
#ifndef HISTORY_STORY_H
#define HISTORY_STORY_H

#include "history.h"

#include <stddef.h>

/* One event of the feed; texts belong to its maker. */
struct event {
	long number;
	const char *type, *by, *locked_by, *reason, *tag;
	bool renewed;
	int revision, lease;
	uint64_t at, lease_ends; /* as now_ns() would tell them */
};

/*
 * Postgres's clock and ours tick apart by as much at the most, and a session that goes on after a
 * stop may need as long to be seen.
 */
#define TOLERANCE_NS UINT64_C(50000000)

/* One row of the table of revisions. */
struct revision {
	int number;
	const char *tag, *by;
};

struct item {
	const char *part_number;
	struct call *calls; /* of this item, sorted by client and serial */
	struct event *events;
	struct revision *revisions;
	size_t call_count, event_count, revision_count;
	int current_revision, version; /* its row */
	const char *description;
	const char *locked_by; /* of the lock's row; "" for none */
	const char *admins;    /* names, separated and surrounded by blanks */
};

/* Says "violation: …" and counts; the first hundred are printed. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
long violations(void);

/*
 * Judges one item: the events form a legal story, told by the calls and in an order that their
 * times allow; every call that was answered with success is told once, every refused one never;
 * refusals and reads fit a state that the item had meanwhile; the rows are what the story ends in.
 * Sets `told` of each call.
 */
void story_judge(struct item *item);

#endif
