/*
 * The life of a stream: signing in, finding its place in the feed, being served, ending.
 */
#include "config.h"
#include "events/subscriber.h"
#include "api/errors.h"
#include "base/log.h"
#include "events/checks.h"
#include "events/figures.h"
#include "events/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GATHER = 48, STUCK_MS = 20000, RETRY_MS = 1000, RETRY_SPREAD_MS = 4000 };

static void on_ready(struct watch *watch, uint32_t events);

void filter_free(struct filter *filter)
{
	free(filter->types);
	free(filter->part_numbers);
	*filter = (struct filter){0};
}

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
	subscriber->filter = filter;
	subscriber->is_head = is_head;
	subscriber->position = last_event_id;
	subscriber->resumes = last_event_id >= 0;
	subscriber->writable = true;
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

static void forget_old(struct subscriber *subscriber)
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

void subscriber_drop(struct subscriber *subscriber, const char *reason)
{
	struct hub *hub = subscriber->hub;

	if (subscriber->ended)
		return;
	subscriber->ended = true;
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
	forget_old(subscriber);
	subscriber->previous = NULL;
	subscriber->next = hub->ended;
	hub->ended = subscriber;
}

void subscribers_sweep(struct hub *hub)
{
	while (hub->ended) {
		struct subscriber *subscriber = hub->ended;

		hub->ended = subscriber->next;
		checks_forget(subscriber);
		chunk_drop(subscriber->partial);
		for (unsigned i = 0; i < subscriber->note_count; i++)
			chunk_drop(subscriber->notes[i]);
		filter_free(&subscriber->filter);
		free(subscriber->kind);
		free(subscriber->credential);
		free(subscriber->request_id);
		free(subscriber->user);
		free(subscriber);
	}
}

void subscriber_note(struct subscriber *subscriber, struct chunk *chunk)
{
	if (!chunk || subscriber->note_count == NOTES) {
		chunk_drop(chunk);
		subscriber_drop(subscriber, chunk ? "does not read" : "out of memory");
		return;
	}
	subscriber->notes[subscriber->note_count++] = chunk;
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
		forget_old(subscriber);
}

static void ask_old(struct subscriber *subscriber);

/* True when everything up to the newest event has been passed. */
static bool is_even(const struct subscriber *subscriber)
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
		if (!is_even(subscriber)) {
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

/* ---- its place in the feed --------------------------------------------------------------------
 */

static void open_stream(struct subscriber *subscriber)
{
	subscriber->stage = STAGE_OPEN;
	subscriber->heartbeat_at_ms =
	    subscriber->hub->now_ms + subscriber->hub->settings->heartbeat_seconds * 1000;
	subscriber_pump(subscriber);
}

static void reset(struct subscriber *subscriber, int64_t last)
{
	char text[96];
	int length = snprintf(text, sizeof text, "id: %lld\nevent: feed.reset\ndata: {}\n\n",
	                      (long long)last);

	subscriber->position = last;
	subscriber_note(subscriber, chunk_text(text, (size_t)length));
}

/* The number it came with is older than memory or newer than this hub knows: what does the database
 * say? */
static void take_bounds(struct hub *hub, void *whom, PGresult *rows)
{
	struct subscriber *subscriber = whom;
	int64_t oldest, last;

	(void)hub;
	if (!subscriber)
		return;
	subscriber->ticket = NULL;
	if (!rows || PQresultStatus(rows) != PGRES_TUPLES_OK || PQntuples(rows) != 1) {
		subscriber_finish(subscriber);
		return;
	}
	oldest = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
	last = strtoll(PQgetvalue(rows, 0, 1), NULL, 10);
	if (subscriber->position < oldest - 1 || subscriber->position > last)
		reset(subscriber, last);
	if (!subscriber->ended)
		open_stream(subscriber);
}

static void find_place(struct subscriber *subscriber)
{
	const struct feed *feed = subscriber->hub->feed;

	subscriber->stage = STAGE_PLACING;
	if (!subscriber->resumes)
		subscriber->position = feed->last;
	if (!subscriber->resumes ||
	    (subscriber->position >= feed->oldest - 1 && subscriber->position <= feed->last)) {
		open_stream(subscriber);
		return;
	}
	subscriber->ticket =
	    link_ask(subscriber->hub->desk, "select oldest, last from silo.feed_bounds()", 0, NULL,
	             take_bounds, subscriber);
	if (!subscriber->ticket)
		subscriber_drop(subscriber, "out of memory");
}

/* ---- beginning and end ------------------------------------------------------------------------
 */

/* The header that goes with a status; when to come back differs, so that not all do at once. */
static const char *extra_header(int status, char *text, size_t size)
{
	if (status == 401)
		return "WWW-Authenticate: Bearer\r\n";
	if (status == 405)
		return "Allow: GET, HEAD\r\n";
	if (status != 429 && status != 503)
		return "";
	snprintf(text, size, "Retry-After: %u\r\n", 2 + hub_jitter(8));
	return text;
}

void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field)
{
	const struct error_code *error = error_find(code);
	struct chunk *chunk = NULL;
	char *body = NULL, *text = NULL, extra[48];
	int length = -1;

	figures_count_refusal(subscriber->hub);
	log_event(LOG_LEVEL_INFO, "stream_refused", "request_id", subscriber->request_id, "user",
	          subscriber->user, "code", code, NULL);
	if (asprintf(&body, "{\"error\":\"%s\",\"message\":\"%s\"%s%s%s}", error->code,
	             error->sentence, field ? ",\"field\":\"" : "", field ? field : "",
	             field ? "\"" : "") < 0)
		body = NULL;
	if (body)
		length =
		    asprintf(&text,
		             "Status: %d\r\nX-Request-Id: %s\r\nContent-Type: application/json\r\n"
		             "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
		             "Content-Length: %zu\r\n\r\n%s",
		             error->status, subscriber->request_id,
		             extra_header(error->status, extra, sizeof extra), strlen(body),
		             subscriber->is_head ? "" : body);
	if (length > 0)
		chunk = chunk_last(text, (size_t)length);
	free(body);
	free(text);
	subscriber->stage = STAGE_LAST;
	subscriber_note(subscriber, chunk);
	subscriber_pump(subscriber);
}

void subscriber_finish(struct subscriber *subscriber)
{
	char text[32];
	int length = 0;

	if (subscriber->ended || subscriber->stage == STAGE_LAST)
		return;
	if (subscriber->stage == STAGE_SIGNING_IN) {
		subscriber_refuse(subscriber, "unavailable", NULL);
		return;
	}
	length =
	    snprintf(text, sizeof text, "retry: %u\n\n", RETRY_MS + hub_jitter(RETRY_SPREAD_MS));
	subscriber->stage = STAGE_LAST;
	subscriber_note(subscriber, chunk_last(text, (size_t)length));
	subscriber_pump(subscriber);
}

static size_t streams_of(const struct hub *hub, const char *user)
{
	size_t count = 0;

	for (const struct subscriber *other = hub->first; other; other = other->next)
		count += other->counted && strcmp(other->user, user) == 0;
	return count;
}

static void say_hello(struct subscriber *subscriber)
{
	char *text = NULL;
	int length =
	    asprintf(&text,
	             "Status: 200\r\nX-Request-Id: %s\r\nContent-Type: text/event-stream\r\n"
	             "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
	             "X-Content-Type-Options: nosniff\r\n\r\n%s",
	             subscriber->request_id, subscriber->is_head ? "" : "retry: ");

	if (length > 0 && !subscriber->is_head) {
		char *with_retry = NULL;

		length =
		    asprintf(&with_retry, "%s%u\n\n", text, RETRY_MS + hub_jitter(RETRY_SPREAD_MS));
		free(text);
		text = with_retry;
	}
	if (length <= 0) {
		subscriber_drop(subscriber, "out of memory");
		return;
	}
	subscriber->stage = subscriber->is_head ? STAGE_LAST : subscriber->stage;
	subscriber_note(subscriber, subscriber->is_head ? chunk_last(text, (size_t)length)
	                                                : chunk_text(text, (size_t)length));
	free(text);
	subscriber_pump(subscriber);
}

static void take_sign_in(struct hub *hub, void *whom, PGresult *rows)
{
	struct subscriber *subscriber = whom;
	const char *state;

	if (!subscriber)
		return;
	subscriber->ticket = NULL;
	state = rows ? PQresultErrorField(rows, PG_DIAG_SQLSTATE) : NULL;
	if (!rows || PQresultStatus(rows) != PGRES_TUPLES_OK || PQntuples(rows) != 1) {
		subscriber_refuse(subscriber,
		                  state && strcmp(state, "SL401") == 0   ? "not_signed_in"
		                  : state && strcmp(state, "SL403") == 0 ? "role_too_low"
		                                                         : "unavailable",
		                  NULL);
		return;
	}
	subscriber->user = strdup(PQgetvalue(rows, 0, 0));
	if (!subscriber->user) {
		subscriber_drop(subscriber, "out of memory");
		return;
	}
	if (streams_of(hub, subscriber->user) >= (size_t)hub->settings->streams_per_user) {
		subscriber_refuse(subscriber, "too_many_streams", NULL);
		return;
	}
	subscriber->counted = true;
	say_hello(subscriber);
	if (!subscriber->ended && subscriber->stage != STAGE_LAST)
		find_place(subscriber);
}

void subscriber_sign_in(struct subscriber *subscriber)
{
	struct hub *hub = subscriber->hub;

	subscriber->stage = STAGE_SIGNING_IN;
	if (hub->open > (size_t)hub->settings->streams_maximum) {
		subscriber_refuse(subscriber, "too_many_streams_in_all", NULL);
		return;
	}
	if (strcmp(subscriber->kind, "none") == 0) {
		subscriber_refuse(subscriber, "not_signed_in", NULL);
		return;
	}
	if (!link_is_up(hub->desk) || !hub->feed->ready) {
		subscriber_refuse(subscriber, "unavailable", NULL);
		return;
	}
	subscriber->ticket = link_ask(
	    hub->desk, "select username from silo.sign_in($1, $2, 'viewer')", 2,
	    (const char *[]){subscriber->kind, subscriber->credential}, take_sign_in, subscriber);
	if (!subscriber->ticket)
		subscriber_drop(subscriber, "out of memory");
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct subscriber *subscriber = (struct subscriber *)watch;
	char scrap[512];

	if (subscriber->ended)
		return;
	if (events & EPOLLIN) {
		/* What is left of the request (its empty body), or the end of the connection. */
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
		subscriber->writable = true;
		subscriber_pump(subscriber);
	}
}

void subscriber_tick(struct subscriber *subscriber)
{
	struct hub *hub = subscriber->hub;
	char text[80];
	int length;

	if (subscriber->stuck_since_ms && hub->now_ms - subscriber->stuck_since_ms > STUCK_MS) {
		figures_count_drop(hub);
		subscriber_drop(subscriber, "does not read");
		return;
	}
	if (subscriber->stage != STAGE_OPEN)
		return;
	if (!is_even(subscriber)) {
		subscriber_pump(subscriber);
		return;
	}
	if (hub->now_ms < subscriber->heartbeat_at_ms || subscriber->note_count > 0)
		return;
	subscriber->heartbeat_at_ms = hub->now_ms + hub->settings->heartbeat_seconds * 1000;
	/* With the number reached, so that a filtered stream resumes from here and not from its
	 * last event. */
	length = snprintf(text, sizeof text, "id: %lld\nevent: heartbeat\ndata: {}\n\n",
	                  (long long)subscriber->position);
	subscriber_note(subscriber, chunk_text(text, (size_t)length));
	if (!subscriber->ended)
		subscriber_pump(subscriber);
}
