/*
 * One writev gathers what is begun, queued and next in the feed; what the socket doesn't take goes
 * back to where it came from.
 */
#include "config.h"
#include "events/streams/delivery.h"
#include "events/feed.h"
#include "events/metrics.h"
#include "events/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

static bool wants(const struct delivery *delivery, const struct event *event)
{
	const struct filter *filter = &delivery->filter;

	/* Whatever the filter, every stream hears that the server became read-only. */
	if (strcmp(event->type, "server.state") == 0)
		return true;
	if (filter->types && !listed(filter->types, event->type))
		return false;
	if (filter->part_numbers &&
	    (!event->part_number || !listed(filter->part_numbers, event->part_number)))
		return false;
	return !filter->mine || listed(event->people, delivery->reader);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

enum kind { REST, NOTE, EVENT };

/* The parts of one writev. */
struct gather {
	struct iovec parts[GATHER];
	struct {
		struct chunk *chunk;
		enum kind kind;
		int64_t number; /* of an EVENT */
	} of[GATHER];
	int count;
	int64_t passed; /* position after all of it */
};

static void gather_add(struct gather *gather, enum kind kind, struct chunk *chunk, unsigned from,
                       int64_t number)
{
	gather->parts[gather->count] = (struct iovec){chunk->bytes + from, chunk->length - from};
	gather->of[gather->count].chunk = chunk;
	gather->of[gather->count].kind = kind;
	gather->of[gather->count].number = number;
	gather->count++;
}

static struct event *find(const struct hub *hub, int64_t number)
{
	return number < hub->feed->oldest ? pages_find(hub->pages, number)
	                                  : feed_find(hub->feed, number);
}

/* Events after the position, as far as they are in memory. */
static void gather_events(const struct delivery *delivery, const struct hub *hub,
                          struct gather *gather)
{
	while (gather->count < GATHER) {
		struct event *event = find(hub, gather->passed + 1);

		if (!event)
			return;
		if (wants(delivery, event))
			gather_add(gather, EVENT, event->chunk, 0, event->number);
		gather->passed = event->number;
	}
}

/* A part has been written completely. */
static void part_done(struct delivery *delivery, struct hub *hub, enum kind kind,
                      struct chunk *chunk)
{
	switch (kind) {
	case REST:
		delivery->partial = NULL;
		chunk_drop(chunk);
		break;
	case NOTE:
		chunk_drop(chunk);
		break;
	case EVENT:
		metrics_count_delivery(hub);
		break;
	}
}

/* A part has been begun: its rest stays.  An event is shared, a note is the stream's own. */
static void part_begun(struct delivery *delivery, struct hub *hub, enum kind kind,
                       struct chunk *chunk, size_t written)
{
	if (kind == REST) {
		delivery->partial_written += (unsigned)written;
		return;
	}
	if (kind == EVENT)
		metrics_count_delivery(hub);
	delivery->partial = kind == EVENT ? chunk_keep(chunk) : chunk;
	delivery->partial_written = (unsigned)written;
}

/* After a write of `written` bytes: what was not written goes back to where it came from. */
static void settle(struct delivery *delivery, struct hub *hub, const struct gather *gather,
                   size_t written)
{
	unsigned notes_done = 0;
	int64_t position = gather->passed;

	for (int i = 0; i < gather->count; i++) {
		const enum kind kind = gather->of[i].kind;
		size_t length = gather->parts[i].iov_len;

		if (written >= length) {
			written -= length;
			notes_done += kind == NOTE;
			part_done(delivery, hub, kind, gather->of[i].chunk);
			continue;
		}
		if (written > 0) {
			notes_done += kind == NOTE;
			part_begun(delivery, hub, kind, gather->of[i].chunk, written);
		}
		position =
		    kind == EVENT ? gather->of[i].number - (written == 0) : delivery->position;
		break;
	}
	memmove(delivery->notes, delivery->notes + notes_done,
	        (delivery->note_count - notes_done) * sizeof(struct chunk *));
	delivery->note_count -= notes_done;
	delivery->position = position;
}

static void gather_all(const struct delivery *delivery, const struct hub *hub, bool takes_events,
                       struct gather *gather)
{
	if (delivery->partial)
		gather_add(gather, REST, delivery->partial, delivery->partial_written, 0);
	for (unsigned i = 0; i < delivery->note_count; i++)
		gather_add(gather, NOTE, delivery->notes[i], 0, 0);
	/* A note stands before later events; events wait until it is written. */
	if (takes_events && delivery->note_count == 0)
		gather_events(delivery, hub, gather);
}

enum delivered delivery_send(struct delivery *delivery, struct hub *hub, int fd, bool takes_events)
{
	for (;;) {
		struct gather gather = {.passed = delivery->position};
		size_t wanted = 0;
		ssize_t written;

		gather_all(delivery, hub, takes_events, &gather);
		if (gather.count == 0) {
			delivery->position = gather.passed;
			return DELIVERY_DONE;
		}
		for (int i = 0; i < gather.count; i++)
			wanted += gather.parts[i].iov_len;
		written = writev(fd, gather.parts, gather.count);
		if (written < 0 && errno != EAGAIN && errno != EINTR)
			return DELIVERY_BROKEN;
		settle(delivery, hub, &gather, written < 0 ? 0 : (size_t)written);
		if (written < 0 || (size_t)written < wanted)
			return DELIVERY_STUCK;
	}
}

bool delivery_note(struct delivery *delivery, struct chunk *chunk)
{
	if (!chunk || delivery->note_count == NOTES) {
		chunk_drop(chunk);
		return false;
	}
	delivery->notes[delivery->note_count++] = chunk;
	return true;
}

bool delivery_is_even(const struct delivery *delivery, const struct hub *hub)
{
	return delivery->position >= hub->feed->last;
}

void delivery_empty(struct delivery *delivery)
{
	chunk_drop(delivery->partial);
	for (unsigned i = 0; i < delivery->note_count; i++)
		chunk_drop(delivery->notes[i]);
	filter_free(&delivery->filter);
	*delivery = (struct delivery){0};
}

void filter_free(struct filter *filter)
{
	free(filter->types);
	free(filter->part_numbers);
	*filter = (struct filter){0};
}
