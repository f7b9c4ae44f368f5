/*
 * The life of a stream once it may read: it finds its place in the feed, is served, and ends.
 */
#include "config.h"
#include "events/streams/subscriber.h"
#include "base/log.h"
#include "events/feed.h"
#include "events/link.h"
#include "events/metrics.h"
#include "events/pages.h"
#include "events/streams/reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void on_ready(struct watch *watch, uint32_t events);

struct subscriber *subscriber_new(struct hub *hub, int fd, char *kind, char *credential,
                                  char *request_id, struct filter filter, int64_t last_event_id,
                                  bool is_head)
{
	struct subscriber *subscriber = calloc(1, sizeof *subscriber);

	if (!subscriber || !kind || !credential || !request_id) {
		free(subscriber);
		free(kind);
		free(credential);
		free(request_id);
		filter_free(&filter);
		close(fd);
		return NULL;
	}
	subscriber->watch = (struct watch){on_ready, fd};
	subscriber->hub = hub;
	subscriber->kind = kind;
	subscriber->credential = credential;
	subscriber->request_id = request_id;
	subscriber->delivery.filter = filter;
	subscriber->delivery.position = last_event_id;
	subscriber->is_head = is_head;
	subscriber->next = hub->first;
	if (hub->first)
		hub->first->previous = subscriber;
	hub->first = subscriber;
	hub->open++;
	if (!hub_watch(hub, &subscriber->watch, EPOLLIN | EPOLLRDHUP)) {
		subscriber_drop(subscriber, "cannot be watched");
		return NULL;
	}
	return subscriber;
}

void subscriber_drop(struct subscriber *subscriber, const char *reason)
{
	struct hub *hub = subscriber->hub;

	if (subscriber->stage == STAGE_ENDED)
		return;
	subscriber->stage = STAGE_ENDED;
	if (reason)
		log_event(LOG_LEVEL_INFO, "stream_dropped", "request_id", subscriber->request_id,
		          "user", subscriber->user, "reason", reason, NULL);
	hub_unwatch(hub, &subscriber->watch);
	close(subscriber->watch.fd);
	link_forget(subscriber->ticket);
	if (subscriber->previous)
		subscriber->previous->next = subscriber->next;
	else
		hub->first = subscriber->next;
	if (subscriber->next)
		subscriber->next->previous = subscriber->previous;
	hub->open--;
	subscriber->previous = NULL;
	subscriber->next = hub->ended;
	hub->ended = subscriber;
}

static void subscriber_free(struct subscriber *subscriber)
{
	delivery_empty(&subscriber->delivery);
	free(subscriber->kind);
	free(subscriber->credential);
	free(subscriber->request_id);
	free(subscriber->user);
	free(subscriber->field);
	free(subscriber);
}

void subscribers_sweep(struct hub *hub)
{
	struct subscriber *kept = NULL;

	while (hub->ended) {
		struct subscriber *subscriber = hub->ended;

		hub->ended = subscriber->next;
		if (subscriber->being_checked) {
			subscriber->next = kept;
			kept = subscriber;
		} else {
			subscriber_free(subscriber);
		}
	}
	hub->ended = kept;
}

/* ---- what it sends ----------------------------------------------------------------------------
 */

/* Queues a line for this stream alone; takes over the reference. */
static void note(struct subscriber *subscriber, struct chunk *chunk)
{
	const char *reason = chunk ? "does not read" : "out of memory";

	if (delivery_note(&subscriber->delivery, chunk))
		return;
	metrics_count_drop(subscriber->hub);
	subscriber_drop(subscriber, reason);
}

static void greet(struct subscriber *subscriber)
{
	subscriber->greeted = true;
	note(subscriber, reply_state(subscriber->delivery.position, subscriber->hub->mode));
}

static void tell_reset(struct subscriber *subscriber, int64_t last)
{
	subscriber->delivery.position = last;
	note(subscriber, reply_reset(last));
}

static void watch_output(struct subscriber *subscriber, bool wanted)
{
	if (subscriber->watching_output == wanted)
		return;
	subscriber->watching_output = wanted;
	hub_rewatch(subscriber->hub, &subscriber->watch,
	            EPOLLIN | EPOLLRDHUP | (wanted ? EPOLLOUT : 0u));
}

/* Writes what is in memory; false if nothing more can be done for it now. */
static bool send_some(struct subscriber *subscriber)
{
	if (subscriber->stage == STAGE_ENDED || subscriber->stuck_since_ms)
		return false;
	switch (delivery_send(&subscriber->delivery, subscriber->hub, subscriber->watch.fd,
	                      subscriber->stage == STAGE_OPEN)) {
	case DELIVERY_DONE:
		break;
	case DELIVERY_STUCK:
		subscriber->stuck_since_ms = subscriber->hub->now_ms;
		watch_output(subscriber, true);
		return false;
	case DELIVERY_BROKEN:
		subscriber_drop(subscriber, NULL);
		return false;
	}
	if (subscriber->stage == STAGE_LAST) {
		subscriber_drop(subscriber, NULL);
		return false;
	}
	watch_output(subscriber, false);
	return subscriber->stage == STAGE_OPEN;
}

static void ask_bounds(struct subscriber *subscriber, enum stage stage);

/* Writes as much as the socket takes, and does what follows from it. */
static void pump(struct subscriber *subscriber)
{
	while (send_some(subscriber)) {
		if (!delivery_is_even(&subscriber->delivery, subscriber->hub)) {
			/* No longer in memory: the reader was slow, or was away for long. */
			if (pages_want(subscriber->hub, subscriber->delivery.position + 1) ==
			    PAGE_GONE)
				ask_bounds(subscriber, STAGE_LOST);
			return;
		}
		if (subscriber->greeted)
			return;
		greet(subscriber);
	}
}

void subscribers_pump(struct hub *hub)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		pump(subscriber);
	}
}

void subscribers_tell_mode(struct hub *hub)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		if (subscriber->greeted && subscriber->stage < STAGE_LAST)
			greet(subscriber);
	}
	subscribers_pump(hub);
}

/* ---- its place in the feed --------------------------------------------------------------------
 */

static void open_stream(struct subscriber *subscriber)
{
	subscriber->stage = STAGE_OPEN;
	subscriber->heartbeat_at_ms =
	    subscriber->hub->now_ms + subscriber->hub->settings->heartbeat_seconds * 1000;
	pump(subscriber);
}

/* Its number is older than memory or newer than this hub knows: ask the database. */
static void take_bounds(struct hub *hub, void *whom, PGresult *rows)
{
	struct subscriber *subscriber = whom;
	int64_t oldest, last;

	(void)hub;
	if (!subscriber)
		return;
	subscriber->ticket = NULL;
	if (subscriber->stage != STAGE_PLACING && subscriber->stage != STAGE_LOST)
		return; /* it was ended meanwhile */
	if (!rows || PQresultStatus(rows) != PGRES_TUPLES_OK || PQntuples(rows) != 1) {
		subscriber_finish(subscriber);
		return;
	}
	oldest = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
	last = strtoll(PQgetvalue(rows, 0, 1), NULL, 10);
	if (subscriber->stage == STAGE_LOST || subscriber->delivery.position < oldest - 1 ||
	    subscriber->delivery.position > last)
		tell_reset(subscriber, last);
	if (subscriber->stage != STAGE_ENDED)
		open_stream(subscriber);
}

/* `stage`: PLACING, or LOST when the answer is known to be no. */
static void ask_bounds(struct subscriber *subscriber, enum stage stage)
{
	subscriber->stage = stage;
	subscriber->ticket =
	    link_ask(subscriber->hub->desk, "select oldest, last from silo.feed_bounds()", 0, NULL,
	             take_bounds, subscriber);
	if (!subscriber->ticket)
		subscriber_drop(subscriber, "out of memory");
}

void subscribers_reset(struct hub *hub, int64_t last)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		/* Streams that look for their place find it in the new feed. */
		if (subscriber->stage == STAGE_OPEN)
			tell_reset(subscriber, last);
	}
	subscribers_pump(hub);
}

static void find_place(struct subscriber *subscriber)
{
	const struct feed *feed = subscriber->hub->feed;
	int64_t *position = &subscriber->delivery.position;

	if (*position < 0)
		*position = feed->last;
	if (*position >= feed->oldest - 1 && *position <= feed->last)
		open_stream(subscriber);
	else
		ask_bounds(subscriber, STAGE_PLACING);
}

/* ---- beginning and end ------------------------------------------------------------------------
 */

/* The last thing that the stream sends. */
static void end_with(struct subscriber *subscriber, struct chunk *chunk)
{
	subscriber->stage = STAGE_LAST;
	note(subscriber, chunk);
	pump(subscriber);
}

void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field)
{
	metrics_count_refusal(subscriber->hub);
	log_event(LOG_LEVEL_INFO, "stream_refused", "request_id", subscriber->request_id, "user",
	          subscriber->user, "code", code, NULL);
	end_with(subscriber, reply_error(subscriber->request_id, code, field, subscriber->is_head));
}

void subscriber_tell_health(struct subscriber *subscriber)
{
	const struct hub *hub = subscriber->hub;
	bool known = link_is_up(hub->duty) && *hub->mode;
	char body[64];

	snprintf(body, sizeof body, "{\"status\":\"ok\",\"mode\":\"%s\"}",
	         known ? hub->mode : "unknown");
	end_with(subscriber,
	         reply_document(subscriber->request_id, 200, body, subscriber->is_head));
}

void subscriber_finish(struct subscriber *subscriber)
{
	if (subscriber->stage == STAGE_SIGNING_IN)
		subscriber_refuse(subscriber, "unavailable", NULL);
	else if (subscriber->stage < STAGE_LAST)
		end_with(subscriber, reply_goodbye());
}

void subscriber_begin(struct subscriber *subscriber)
{
	struct chunk *hello = reply_stream(subscriber->request_id, subscriber->is_head);

	if (subscriber->is_head) {
		end_with(subscriber, hello);
		return;
	}
	note(subscriber, hello);
	pump(subscriber);
	if (subscriber->stage != STAGE_ENDED)
		find_place(subscriber);
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct subscriber *subscriber = (struct subscriber *)watch;
	char scrap[512];

	if (subscriber->stage == STAGE_ENDED)
		return;
	if (events & EPOLLIN) {
		/* The rest of the request (its empty body), or the end of the connection. */
		ssize_t got = read(watch->fd, scrap, sizeof scrap);

		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
			subscriber_drop(subscriber, NULL);
			return;
		}
	}
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		subscriber_drop(subscriber, NULL);
		return;
	}
	if (events & EPOLLOUT) {
		subscriber->stuck_since_ms = 0;
		pump(subscriber);
	}
}

void subscriber_tick(struct subscriber *subscriber)
{
	struct hub *hub = subscriber->hub;

	if (subscriber->stuck_since_ms &&
	    hub->now_ms - subscriber->stuck_since_ms > hub->settings->stream_stall_seconds * 1000) {
		metrics_count_drop(hub);
		subscriber_drop(subscriber, "does not read");
		return;
	}
	if (subscriber->stage == STAGE_OPEN && !delivery_is_even(&subscriber->delivery, hub))
		pump(subscriber);
	/*
	 * Also for a stream that catches up: its filter may let nothing pass for minutes of a long
	 * feed.
	 */
	if (subscriber->stage != STAGE_OPEN || hub->now_ms < subscriber->heartbeat_at_ms ||
	    subscriber->delivery.note_count > 0)
		return;
	subscriber->heartbeat_at_ms = hub->now_ms + hub->settings->heartbeat_seconds * 1000;
	note(subscriber, reply_heartbeat(subscriber->delivery.position));
	pump(subscriber);
}
