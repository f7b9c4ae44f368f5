/*
 * Delivery: from a subscriber's position in the feed to its socket.  Nothing is queued for it but
 * the rest of what was begun; what does not go out now is found again by its position.
 */
#include "config.h"
#include "events/metrics.h"
#include "events/pages.h"
#include "events/subscriber.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/uio.h>

enum { GATHER = 48 };

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

static struct event *find(const struct hub *hub, int64_t number)
{
	return number < hub->feed->oldest ? pages_find(hub->pages, number)
	                                  : feed_find(hub->feed, number);
}

/* Events after the position, as far as they are in memory. */
static void gather_events(struct subscriber *subscriber, struct gather *gather)
{
	while (gather->count < GATHER) {
		struct event *event = find(subscriber->hub, gather->passed + 1);

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
				metrics_count_delivery(subscriber->hub);
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
				metrics_count_delivery(subscriber->hub);
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
}

bool subscriber_is_even(const struct subscriber *subscriber)
{
	return subscriber->position >= subscriber->hub->feed->last;
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

void subscribers_tell_mode(struct hub *hub)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		if (subscriber->greeted && subscriber->stage != STAGE_LAST)
			greet(subscriber);
	}
	subscribers_pump(hub);
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
	struct gather gather = {.passed = subscriber->position};
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
			if (pages_want(subscriber->hub, subscriber->position + 1) == PAGE_GONE)
				subscriber_reset(subscriber);
			return;
		}
		if (subscriber->greeted)
			return;
		greet(subscriber);
		if (subscriber->ended)
			return;
	}
}

void subscribers_pump(struct hub *hub)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		subscriber_pump(subscriber);
	}
}
