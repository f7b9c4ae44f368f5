/*
 * The clock's duties, one after the other.  Each has a flag ("due") and a query; the answer sets
 * the flags that follow from it.  The wake-up is only a hint: every duty also becomes due by itself
 * within a second, so nothing is lost if a worker dies between its commit and its wake-up.
 */
#include "config.h"
#include "events/clock.h"
#include "base/log.h"
#include "events/feed.h"
#include "events/metrics.h"
#include "events/pages.h"
#include "events/streams/subscriber.h"
#include "events/sweeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOOK_MS = 1000,
	/* Between two moves of the outbox while changes keep coming.  Twice the pause that workers
	 * make between wake-ups (WAKE_PAUSE_MS in database/database.c): a change that commits
	 * within that pause is moved by the look that follows each wake-up. */
	REST_MS = 20,
	TRIM_MS = 600000,
	TRIM_NEXT_MS = 200,
	TRIM_MOST = 1000,
	REPORT_MS = 2000,
	MOVE_MOST = 1000,
	READ_MOST = 500,
	LEASE_MOST_MS = 1000
};

enum duty { LISTEN, BOUNDS, LEAD, ADVANCE, READ, END_LEASES, WARN, MODE, REPORT, TRIM, DUTIES };

struct clock_work {
	bool due[DUTIES];
	int64_t at_ms[DUTIES]; /* when it becomes due by itself; 0 = never */
	int next; /* whose turn it is, so that none starves while others keep becoming due */
	int64_t
	    rest_until_ms; /* after a pause a wake-up takes effect at once, else not before this */
	bool woken;        /* since the last move of the outbox was requested */
	bool follows_wake; /* the move that was asked for does */
	bool busy;
	bool placed; /* the feed in memory is known to belong to this database */
	bool mode_differs;
};

struct clock_work *clock_new(void)
{
	return calloc(1, sizeof(struct clock_work));
}

void clock_free(struct clock_work *clock)
{
	free(clock);
}

static bool is_good(const PGresult *rows)
{
	return rows && PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) == 1;
}

static void later(struct hub *hub, enum duty duty, int64_t milliseconds)
{
	hub->clock->at_ms[duty] = hub->now_ms + milliseconds;
}

/* Seconds of an answer as milliseconds, at most `most`; null = nothing pending. */
static int64_t read_wait(const PGresult *rows, int64_t most)
{
	double seconds;

	if (!is_good(rows) || PQgetisnull(rows, 0, 0))
		return most;
	seconds = strtod(PQgetvalue(rows, 0, 0), NULL);
	return seconds * 1000.0 < (double)most ? (int64_t)(seconds * 1000.0) + 1 : most;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static void on_listen(struct hub *hub, PGresult *rows)
{
	(void)rows;
	hub->clock->due[BOUNDS] = true;
	hub->clock->due[LEAD] = true;
	hub->clock->due[MODE] = true;
}

/* Everything known about the feed is void: tell all readers to reload. */
static void start_over(struct hub *hub, int64_t last)
{
	log_event(LOG_LEVEL_ERROR, "feed_is_another", NULL);
	feed_restart(hub->feed, last);
	pages_empty(hub->pages);
	subscribers_reset(hub, last);
}

/*
 * Memory starts a little before the newest event, so that most returning readers find their
 * position in it.  After a reconnect the database can be a different one: restored, or a standby
 * that lacks the last events.  Then numbers that were already sent would be given again, to other
 * events.
 */
static void on_bounds(struct hub *hub, PGresult *rows)
{
	int64_t oldest, last;

	if (!is_good(rows)) {
		later(hub, BOUNDS, LOOK_MS);
		return;
	}
	oldest = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
	last = strtoll(PQgetvalue(rows, 0, 1), NULL, 10);
	if (!hub->feed->ready)
		feed_restart(hub->feed,
		             last - FEED_KEPT / 2 > oldest - 1 ? last - FEED_KEPT / 2 : oldest - 1);
	else if (last < hub->feed->last || oldest - 1 > hub->feed->last)
		start_over(hub, last);
	hub->clock->placed = true;
	hub->clock->due[READ] = true;
}

static void on_lead(struct hub *hub, PGresult *rows)
{
	bool leads = is_good(rows) && PQgetvalue(rows, 0, 0)[0] == 't';

	if (leads != hub->leads)
		log_event(LOG_LEVEL_INFO, leads ? "leading" : "following", NULL);
	hub->leads = leads;
	if (leads)
		hub->clock->due[ADVANCE] = hub->clock->due[END_LEASES] = hub->clock->due[WARN] =
		    hub->clock->due[TRIM] = true;
	else
		later(hub, LEAD, LOOK_MS);
}

static void on_advance(struct hub *hub, PGresult *rows)
{
	long moved = is_good(rows) ? strtol(PQgetvalue(rows, 0, 0), NULL, 10) : 0;

	hub->clock->due[READ] |= moved > 0;
	hub->clock->due[ADVANCE] = moved == MOVE_MOST;
	later(hub, ADVANCE, LOOK_MS);
	if (moved > 0 || hub->clock->follows_wake || hub->clock->woken) {
		hub->clock->rest_until_ms = hub->now_ms + REST_MS;
		later(hub, ADVANCE, REST_MS);
	}
}

/* False if memory is out: the same rows are read again. */
static bool take_event(struct hub *hub, const PGresult *rows, int row)
{
	struct event *event = event_read(rows, row);

	if (!event)
		return false;
	/* Should never happen.  If it does: a reload is right after any loss, stopping never is. */
	if (hub->feed->ready && event->number != hub->feed->last + 1)
		start_over(hub, event->number - 1);
	if (strcmp(event->type, "server.state") == 0)
		snprintf(hub->mode, sizeof hub->mode, "%s",
		         strstr(PQgetvalue(rows, row, 4), "read-only") ? "read-only" : "normal");
	feed_add(hub->feed, event);
	return true;
}

static void on_read(struct hub *hub, PGresult *rows)
{
	int count = rows && PQresultStatus(rows) == PGRES_TUPLES_OK ? PQntuples(rows) : -1;
	double begun = metrics_now();
	int taken = 0;

	later(hub, READ, LOOK_MS);
	while (taken < count && take_event(hub, rows, taken))
		taken++;
	hub->clock->due[READ] |= count == READ_MOST;
	if (taken > 0)
		subscribers_pump(hub);
	for (int row = 0; hub->feed->ready && row < taken; row++)
		metrics_count_event(hub,
		                    strtod(PQgetvalue(rows, row, 5), NULL) + metrics_now() - begun);
	if (count >= 0 && count < READ_MOST)
		hub->feed->ready = true;
}

static void on_end_leases(struct hub *hub, PGresult *rows)
{
	later(hub, END_LEASES, read_wait(rows, LEASE_MOST_MS));
	hub->clock->due[ADVANCE] = true;
}

static void on_warn(struct hub *hub, PGresult *rows)
{
	later(hub, WARN, read_wait(rows, LEASE_MOST_MS));
}

/*
 * A change of mode is an event of the feed, unless the database itself became read-only.  Only the
 * second look counts: the first may have seen a change whose event is about to come.
 */
static void on_mode(struct hub *hub, PGresult *rows)
{
	bool is_first = !*hub->mode, was_different = hub->clock->mode_differs, differs;

	later(hub, MODE, REPORT_MS);
	if (!is_good(rows))
		return;
	differs = strcmp(hub->mode, PQgetvalue(rows, 0, 0)) != 0;
	hub->clock->mode_differs = differs && !is_first && !was_different;
	if (hub->clock->mode_differs)
		later(hub, MODE, LOOK_MS);
	if (!differs || hub->clock->mode_differs)
		return;
	snprintf(hub->mode, sizeof hub->mode, "%s", PQgetvalue(rows, 0, 0));
	if (!is_first)
		subscribers_tell_mode(hub);
}

static void on_report(struct hub *hub, PGresult *rows)
{
	(void)rows;
	later(hub, REPORT, REPORT_MS);
}

static void on_trim(struct hub *hub, PGresult *rows)
{
	long removed = is_good(rows) ? strtol(PQgetvalue(rows, 0, 0), NULL, 10) : 0;

	if (removed < TRIM_MOST)
		sweeper_start(hub->settings);
	later(hub, TRIM, removed >= TRIM_MOST ? TRIM_NEXT_MS : TRIM_MS);
}

/* ---- questions --------------------------------------------------------------------------------
 */

static const struct {
	const char *statement;
	void (*answer)(struct hub *hub, PGresult *rows);
	bool for_leader;
} duties[DUTIES] = {
    [LISTEN] = {NULL, NULL, false}, /* asked by on_up */
    [BOUNDS] = {"select oldest, last from silo.feed_bounds()", on_bounds, false},
    [LEAD] = {"select silo.feed_lead()", on_lead, false},
    [ADVANCE] = {"select silo.feed_advance($1::integer)", on_advance, true},
    [READ] = {"select " FEED_COLUMNS " from silo.feed_read($1::bigint, $2::integer)", on_read,
              false},
    [END_LEASES] = {"select silo.leases_end()", on_end_leases, true},
    [WARN] = {"select silo.leases_warn($1::integer)", on_warn, true},
    [MODE] = {"select silo.server_mode()", on_mode, false},
    [REPORT] = {"select silo.hub_report($1, $2::json)", on_report, false},
    [TRIM] = {"select silo.trim($1::integer, $2::integer)", on_trim, true},
};

static void proceed(struct hub *hub);

static void take_answer(struct hub *hub, void *whom, PGresult *rows)
{
	enum duty duty = (enum duty)(intptr_t)whom;

	hub->clock->busy = false;
	if (rows && duties[duty].answer)
		duties[duty].answer(hub, rows);
	proceed(hub);
}

/* The values of a duty's query, in the caller's buffers. */
static int values_of(struct hub *hub, enum duty duty, char first[1024], char second[24],
                     const char **values)
{
	values[0] = first;
	values[1] = second;
	switch (duty) {
	case ADVANCE:
		snprintf(first, 24, "%d", MOVE_MOST);
		return 1;
	case READ:
		snprintf(first, 24, "%lld", (long long)hub->feed->last);
		snprintf(second, 24, "%d", READ_MOST);
		return 2;
	case WARN:
		snprintf(first, 24, "%lld", (long long)hub->settings->lock_warning_seconds);
		return 1;
	case TRIM:
		snprintf(first, 24, "%lld", (long long)hub->settings->feed_keep_days);
		snprintf(second, 24, "%d", TRIM_MOST);
		return 2;
	case REPORT:
		values[0] = metrics_name();
		metrics_text(hub, first, 1024);
		values[1] = first;
		return 2;
	default:
		return 0;
	}
}

/* Sends the query of the next duty that is due; its answer comes back here. */
static void proceed(struct hub *hub)
{
	struct clock_work *clock = hub->clock;
	char first[1024], second[24];
	const char *values[2];

	if (clock->busy || !link_is_up(hub->duty))
		return;
	for (int turn = 0, first_turn = clock->next; turn < DUTIES; turn++) {
		int duty = (first_turn + turn) % DUTIES;

		if (clock->at_ms[duty] && hub->now_ms >= clock->at_ms[duty])
			clock->due[duty] = true;
		if (!clock->due[duty])
			continue;
		clock->due[duty] = false;
		clock->at_ms[duty] = 0;
		if ((duties[duty].for_leader && !hub->leads) || (duty == READ && !clock->placed))
			continue;
		clock->next = duty + 1;
		if (duty == ADVANCE) {
			clock->follows_wake = clock->woken;
			clock->woken = false;
		}
		int count = values_of(hub, (enum duty)duty, first, second, values);

		clock->busy = link_ask(hub->duty, duties[duty].statement, count, values,
		                       take_answer, (void *)(intptr_t)duty) != NULL;
		if (!clock->busy)
			later(hub, (enum duty)duty, LOOK_MS);
		return;
	}
}

static void take_listen(struct hub *hub, void *whom, PGresult *rows)
{
	(void)whom;
	if (rows)
		on_listen(hub, rows);
	proceed(hub);
}

static void on_up(struct hub *hub)
{
	struct clock_work *clock = hub->clock;

	*clock = (struct clock_work){0};
	hub->leads = false;
	clock->at_ms[REPORT] = hub->now_ms + 1;
	/*
	 * Busy from the first query on.  If a tick sent another one beside it, a second chain of
	 * queries would start, whose reads would bring events that the first has already brought.
	 */
	clock->busy = link_ask(hub->duty, "listen silo_outbox", 0, NULL, take_answer,
	                       (void *)(intptr_t)LISTEN) != NULL;
	link_ask(hub->duty, "listen silo_feed", 0, NULL, take_listen, NULL);
}

static void on_down(struct hub *hub)
{
	if (hub->leads)
		log_event(LOG_LEVEL_INFO, "following", NULL);
	*hub->clock = (struct clock_work){0};
	hub->leads = false;
}

static void on_notified(struct hub *hub, const char *channel)
{
	bool is_outbox = strcmp(channel, "silo_outbox") == 0;

	/* The leader moves and then reads; other hubs read what it has moved. */
	if (is_outbox != hub->leads)
		return;
	/* Under load one move takes many changes; otherwise each change would cost a move. */
	if (is_outbox) {
		hub->clock->woken = true;
		if (hub->now_ms < hub->clock->rest_until_ms) {
			hub->clock->at_ms[ADVANCE] = hub->clock->rest_until_ms;
			return;
		}
	}
	hub->clock->due[is_outbox ? ADVANCE : READ] = true;
	proceed(hub);
}

const struct link_handlers clock_handlers = {on_up, on_down, on_notified};

int64_t clock_tick(struct hub *hub)
{
	int64_t wait = LOOK_MS;

	proceed(hub);
	/* The answer to the current query sends the next one. */
	if (hub->clock->busy || !link_is_up(hub->duty))
		return wait;
	for (int duty = 0; duty < DUTIES; duty++)
		if (hub->clock->at_ms[duty] && hub->clock->at_ms[duty] - hub->now_ms < wait)
			wait = hub->clock->at_ms[duty] - hub->now_ms;
	return wait < 0 ? 0 : wait;
}
