/*
 * Delivery: from a subscriber's position in the feed to its socket.  Nothing is queued for it but
 * the rest of what was begun; what does not go out now is found again by its position.
 */
#include "config.h"
#include "events/figures.h"
#include "events/link.h"
#include "events/subscriber.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/uio.h>

enum { GATHER = 48 };

void subscriber_forget_old(struct subscriber *subscriber)
{
	if (!subscriber->old)
		return;
	for (int i = 0; i < subscriber->old_count; i++)
		event_free(subscriber->old[i]);
	free(subscriber->old);
	subscriber->old = NULL;
	subscriber->old_count = subscriber->old_at = 0;
	subscriber->hub->resuming--;
}

/* ---- what it wants ----------------------------------------------------------------------------
 */

static bool listed(char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcasecmp(*list, word) == 0)
			return true;
	return false;
}

static bool wants(const struct subscriber *subscriber, const struct event *event)
{
	const struct filter *filter = &subscriber->filter;

	/* Whatever is filtered, everybody is told that the server went read-only. */
	if (strcmp(event->type, "server.state") == 0)
		return true;
	if (filter->types && !listed(filter->types, event->type))
		return false;
	if (filter->part_numbers &&
	    (!event->part_number || !listed(filter->part_numbers, event->part_number)))
		return false;
	return !filter->mine || listed(event->people, subscriber->user);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* What one writev is made of. */
struct gather {
	struct iovec parts[GATHER];
	struct {
		struct chunk *chunk;
		int64_t number; /* of the event; 0 for others */
		bool is_note;
	} of[GATHER];
	int count;
	int64_t passed; /* position after all of it */
	int old_passed;
};

static void gather_add(struct gather *gather, struct chunk *chunk, unsigned from, int64_t number,
                       bool is_note)
{
	gather->parts[gather->count] = (struct iovec){chunk->bytes + from, chunk->length - from};
	gather->of[gather->count].chunk = chunk;
	gather->of[gather->count].number = number;
	gather->of[gather->count].is_note = is_note;
	gather->count++;
}

/* Events after the position: first those read to catch up, then those in memory. */
static void gather_events(struct subscriber *subscriber, struct gather *gather)
{
	const struct feed *feed = subscriber->hub->feed;

	for (; gather->old_passed < subscriber->old_count && gather->count < GATHER;
	     gather->old_passed++) {
		struct event *event = subscriber->old[gather->old_passed];

		if (wants(subscriber, event))
			gather_add(gather, event->chunk, 0, event->number, false);
		gather->passed = event->number;
	}
	if (gather->old_passed < subscriber->old_count)
		return;
	while (gather->count < GATHER) {
		struct event *event = feed_find(feed, gather->passed + 1);

		if (!event)
			return;
		if (wants(subscriber, event))
			gather_add(gather, event->chunk, 0, event->number, false);
		gather->passed = event->number;
	}
}

/* After a write of `written` bytes: what was not written goes back to where it came from. */
static void settle(struct subscriber *subscriber, const struct gather *gather, size_t written)
{
	unsigned notes_done = 0;
	int64_t position = gather->passed;
	bool whole = true;

	for (int i = 0; i < gather->count; i++) {
		size_t length = gather->parts[i].iov_len;
		struct chunk *chunk = gather->of[i].chunk;
		size_t part = written < length ? written : length;

		written -= part;
		if (part == length) {
			if (gather->of[i].is_note) {
				notes_done++;
				chunk_drop(chunk);
			} else if (gather->of[i].number == 0) {
				chunk_drop(subscriber->partial);
				subscriber->partial = NULL;
			} else {
				figures_count_delivery(subscriber->hub);
			}
			continue;
		}
		if (gather->of[i].number == 0 && !gather->of[i].is_note) {
			subscriber->partial_written += (unsigned)part;
			position = subscriber->position;
			whole = false;
			break;
		}
		if (part > 0) {
			if (gather->of[i].is_note)
				notes_done++;
			else
				figures_count_delivery(subscriber->hub);
			subscriber->partial = gather->of[i].is_note ? chunk : chunk_keep(chunk);
			subscriber->partial_written = (unsigned)part;
			position =
			    gather->of[i].number ? gather->of[i].number : subscriber->position;
		} else {
			position =
			    gather->of[i].number ? gather->of[i].number - 1 : subscriber->position;
		}
		whole = false;
		break;
	}
	memmove(subscriber->notes, subscriber->notes + notes_done,
	        (subscriber->note_count - notes_done) * sizeof *subscriber->notes);
	subscriber->note_count -= notes_done;
	subscriber->position = whole ? gather->passed : position;
	while (subscriber->old && subscriber->old_at < subscriber->old_count &&
	       subscriber->old[subscriber->old_at]->number <= subscriber->position)
		subscriber->old_at++;
	if (subscriber->old && subscriber->old_at == subscriber->old_count)
		subscriber_forget_old(subscriber);
}

static void ask_old(struct subscriber *subscriber);

bool subscriber_is_even(const struct subscriber *subscriber)
{
	return !subscriber->old && subscriber->position >= subscriber->hub->feed->last;
}

static void greet(struct subscriber *subscriber)
{
	char text[128];
	int length = snprintf(text, sizeof text,
	                      "id: %lld\nevent: server.state\ndata: {\"mode\":\"%s\"}\n\n",
	                      (long long)subscriber->position, subscriber->hub->mode);

	subscriber->greeted = true;
	subscriber_note(subscriber, chunk_text(text, (size_t)length));
}

static void watch_output(struct subscriber *subscriber, bool wanted)
{
	if (subscriber->watching_output == wanted)
		return;
	subscriber->watching_output = wanted;
	hub_rewatch(subscriber->hub, &subscriber->watch,
	            EPOLLIN | EPOLLRDHUP | (wanted ? EPOLLOUT : 0u));
}

/* One writev; false when there was nothing to write or the socket is full or gone. */
static bool write_some(struct subscriber *subscriber)
{
	struct gather gather = {.passed = subscriber->position, .old_passed = subscriber->old_at};
	ssize_t written;
	size_t wanted = 0;

	if (subscriber->partial)
		gather_add(&gather, subscriber->partial, subscriber->partial_written, 0, false);
	for (unsigned i = 0; i < subscriber->note_count; i++)
		gather_add(&gather, subscriber->notes[i], 0, 0, true);
	/* A note stands before later events; events wait until it is written. */
	if (subscriber->stage == STAGE_OPEN && subscriber->note_count == 0)
		gather_events(subscriber, &gather);
	if (gather.count == 0) {
		settle(subscriber, &gather, 0);
		return false;
	}
	for (int i = 0; i < gather.count; i++)
		wanted += gather.parts[i].iov_len;
	written = writev(subscriber->watch.fd, gather.parts, gather.count);
	if (written < 0 && errno != EAGAIN && errno != EINTR) {
		subscriber_drop(subscriber, NULL);
		return false;
	}
	settle(subscriber, &gather, written < 0 ? 0 : (size_t)written);
	if (written > 0)
		subscriber->stuck_since_ms = 0;
	if (written >= 0 && (size_t)written == wanted)
		return true;
	if (!subscriber->stuck_since_ms)
		subscriber->stuck_since_ms = subscriber->hub->now_ms;
	subscriber->writable = false;
	watch_output(subscriber, true);
	return false;
}

void subscriber_pump(struct subscriber *subscriber)
{
	if (subscriber->ended || !subscriber->writable)
		return;
	for (;;) {
		while (write_some(subscriber))
			;
		if (subscriber->ended || !subscriber->writable)
			return;
		if (subscriber->stage == STAGE_LAST) {
			subscriber_drop(subscriber, NULL);
			return;
		}
		watch_output(subscriber, false);
		if (subscriber->stage != STAGE_OPEN)
			return;
		if (!subscriber_is_even(subscriber)) {
			/* Not in memory any more: it was slow, or came back from far. */
			if (!subscriber->old &&
			    !feed_find(subscriber->hub->feed, subscriber->position + 1))
				ask_old(subscriber);
			return;
		}
		if (subscriber->greeted)
			return;
		greet(subscriber);
		if (subscriber->ended)
			return;
	}
}

/* ---- catching up ------------------------------------------------------------------------------
 */

static void take_old(struct hub *hub, void *whom, PGresult *rows)
{
	struct subscriber *subscriber = whom;
	int count = rows && PQresultStatus(rows) == PGRES_TUPLES_OK ? PQntuples(rows) : 0;

	if (!subscriber) {
		hub->resuming--;
		return;
	}
	subscriber->ticket = NULL;
	if (count == 0) {
		/* Asked again by the next tick; the database may be away. */
		hub->resuming--;
		return;
	}
	subscriber->old = calloc((size_t)count, sizeof *subscriber->old);
	subscriber->old_count = subscriber->old_at = 0;
	for (int row = 0; subscriber->old && row < count; row++) {
		struct event *event = event_read(rows, row);

		if (!event)
			break;
		subscriber->old[subscriber->old_count++] = event;
	}
	if (!subscriber->old || subscriber->old_count == 0) {
		free(subscriber->old);
		subscriber->old = NULL;
		hub->resuming--;
		subscriber_drop(subscriber, "out of memory");
		return;
	}
	subscriber_pump(subscriber);
}

/* A bounded number at once, so that thousands who come back together cost little memory. */
static void ask_old(struct subscriber *subscriber)
{
	struct hub *hub = subscriber->hub;
	char after[24], most[12];

	if (subscriber->ticket || hub->resuming >= RESUMING_MOST || !link_is_up(hub->desk))
		return;
	snprintf(after, sizeof after, "%lld", (long long)subscriber->position);
	snprintf(most, sizeof most, "%d", OLD_EVENTS);
	subscriber->ticket = link_ask(
	    hub->desk, "select " FEED_COLUMNS " from silo.feed_read($1::bigint, $2::integer)", 2,
	    (const char *[]){after, most}, take_old, subscriber);
	if (subscriber->ticket)
		hub->resuming++;
}
