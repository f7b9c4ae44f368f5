/*
 * The life of a stream: signing in, finding its place in the feed, being served, ending.
 */
#include "config.h"
#include "events/subscriber.h"
#include "base/error_codes.h"
#include "base/log.h"
#include "events/metrics.h"
#include "events/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { RETRY_MS = 1000, RETRY_SPREAD_MS = 4000 };

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
	subscriber->previous = NULL;
	subscriber->next = hub->ended;
	hub->ended = subscriber;
}

static void subscriber_free(struct subscriber *subscriber)
{
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

void subscriber_note(struct subscriber *subscriber, struct chunk *chunk)
{
	if (!chunk || subscriber->note_count == NOTES) {
		chunk_drop(chunk);
		metrics_count_drop(subscriber->hub);
		subscriber_drop(subscriber, chunk ? "does not read" : "out of memory");
		return;
	}
	subscriber->notes[subscriber->note_count++] = chunk;
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

static void tell_reset(struct subscriber *subscriber, int64_t last)
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
	if (subscriber->lost || subscriber->position < oldest - 1 || subscriber->position > last)
		tell_reset(subscriber, last);
	subscriber->lost = false;
	if (!subscriber->ended)
		open_stream(subscriber);
}

static void ask_bounds(struct subscriber *subscriber)
{
	subscriber->stage = STAGE_PLACING;
	subscriber->ticket =
	    link_ask(subscriber->hub->desk, "select oldest, last from silo.feed_bounds()", 0, NULL,
	             take_bounds, subscriber);
	if (!subscriber->ticket)
		subscriber_drop(subscriber, "out of memory");
}

void subscriber_reset(struct subscriber *subscriber)
{
	subscriber->lost = true;
	ask_bounds(subscriber);
}

void subscribers_reset(struct hub *hub, int64_t last)
{
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		/* Those that look for their place find it in the new feed. */
		if (subscriber->stage == STAGE_OPEN)
			tell_reset(subscriber, last);
	}
	subscribers_pump(hub);
}

static void find_place(struct subscriber *subscriber)
{
	const struct feed *feed = subscriber->hub->feed;

	if (!subscriber->resumes)
		subscriber->position = feed->last;
	if (!subscriber->resumes ||
	    (subscriber->position >= feed->oldest - 1 && subscriber->position <= feed->last))
		open_stream(subscriber);
	else
		ask_bounds(subscriber);
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

/* One JSON object instead of a stream.  Takes `body` over; NULL means that memory is out. */
static void answer(struct subscriber *subscriber, int status, char *body)
{
	struct chunk *chunk = NULL;
	char *text = NULL, extra[48];
	int length = -1;

	if (body)
		length = asprintf(
		    &text,
		    "Status: %d\r\nX-Request-Id: %s\r\nContent-Type: application/json\r\n"
		    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
		    "Content-Length: %zu\r\n\r\n%s",
		    status, subscriber->request_id, extra_header(status, extra, sizeof extra),
		    strlen(body), subscriber->is_head ? "" : body);
	if (length > 0)
		chunk = chunk_last(text, (size_t)length);
	free(body);
	free(text);
	subscriber->stage = STAGE_LAST;
	subscriber_note(subscriber, chunk);
	subscriber_pump(subscriber);
}

void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field)
{
	const struct error_code *error = error_find(code);
	char *body = NULL;

	metrics_count_refusal(subscriber->hub);
	log_event(LOG_LEVEL_INFO, "stream_refused", "request_id", subscriber->request_id, "user",
	          subscriber->user, "code", code, NULL);
	if (asprintf(&body, "{\"error\":\"%s\",\"message\":\"%s\"%s%s%s}", error->code,
	             error->sentence, field ? ",\"field\":\"" : "", field ? field : "",
	             field ? "\"" : "") < 0)
		body = NULL;
	answer(subscriber, error->status, body);
}

void subscriber_tell_health(struct subscriber *subscriber)
{
	const struct hub *hub = subscriber->hub;
	bool known = link_is_up(hub->duty) && *hub->mode;
	char *body = NULL;

	if (asprintf(&body, "{\"status\":\"ok\",\"mode\":\"%s\"}", known ? hub->mode : "unknown") <
	    0)
		body = NULL;
	answer(subscriber, 200, body);
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
	if (!link_is_up(hub->desk) || !hub->feed->ready || !*hub->mode) {
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

	if (subscriber->stuck_since_ms &&
	    hub->now_ms - subscriber->stuck_since_ms > hub->settings->stream_stall_seconds * 1000) {
		metrics_count_drop(hub);
		subscriber_drop(subscriber, "does not read");
		return;
	}
	if (subscriber->stage != STAGE_OPEN)
		return;
	if (!subscriber_is_even(subscriber))
		subscriber_pump(subscriber);
	/* Also one that catches up: of a long feed a filter may let nothing pass for minutes. */
	if (subscriber->ended || subscriber->stage != STAGE_OPEN ||
	    hub->now_ms < subscriber->heartbeat_at_ms || subscriber->note_count > 0)
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
