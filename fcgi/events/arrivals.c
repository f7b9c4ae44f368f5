/*
 * Arrivals.  libfcgi parses the request, but only once all of it is there, because its reads block.
 *
 * This stands on facts of libfcgi 2.4.2 (fcgiapp.c):
 *  - FCGX_Accept_r with ipcFd set and keepConnection = 1 neither finishes nor accepts anything; it
 *    reads BEGIN and PARAMS from ipcFd and returns.  With listen_sock = -1 a broken request makes
 * it return an error instead of accepting another connection.
 *  - It reads up to 8,192 bytes at once and stops reading at the empty PARAMS record.
 *  - On a broken request it closes the connection, and waits up to 2 s for the peer to close too,
 *    unless the request is detached.
 *  - FCGX_Free(request, 0) frees the streams (17 KiB) and parameters; the descriptor stays open.
 */
#include "config.h"
#include "events/arrivals.h"
#include "http/decode.h"
#include "http/query.h"
#include "http/request.h"
#include "base/arena.h"
#include "base/facts.h"
#include "base/log.h"
#include "events/sign_in.h"
#include "events/subscriber.h"
#include "events/wire.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { AT_ONCE = 64, ARRIVAL_MS = 10000, TYPES_MOST = 32 };

/* A connection whose request has not all come. */
struct arrival {
	struct watch watch; /* first */
	struct hub *hub;
	struct arrival *previous, *next;
	int64_t until_ms;
};

static struct arrival *waiting; /* the oldest last */
static bool paused;             /* the listener is not watched until the next tick */
static struct arena *arena;     /* for parsing one request, emptied after it */

static void arrival_remove(struct arrival *arrival)
{
	if (arrival->previous)
		arrival->previous->next = arrival->next;
	else
		waiting = arrival->next;
	if (arrival->next)
		arrival->next->previous = arrival->previous;
	hub_unwatch(arrival->hub, &arrival->watch);
	free(arrival);
}

/* ---- what the request says --------------------------------------------------------------------
 */

static bool is_type(const char *word, size_t length)
{
	for (const char *const *type = event_types; *type; type++)
		if (strlen(*type) == length && strncmp(*type, word, length) == 0)
			return true;
	return false;
}

/* A NULL-terminated list in one block, texts behind the pointers: one free releases it. */
static char **list_copy(const char *const *words, const size_t *lengths, size_t count)
{
	size_t size = (count + 1) * sizeof(char *);
	char **list, *to;

	for (size_t i = 0; i < count; i++)
		size += lengths[i] + 1;
	list = calloc(1, size);
	if (!list)
		return NULL;
	to = (char *)(list + count + 1);
	for (size_t i = 0; i < count; i++) {
		list[i] = to;
		memcpy(to, words[i], lengths[i]);
		to += lengths[i] + 1;
	}
	return list;
}

/* types=a,b: false when one is unknown. */
static bool read_types(const char *given, struct filter *filter)
{
	const char *words[TYPES_MOST];
	size_t lengths[TYPES_MOST], count = 0;

	if (!given || !*given)
		return true;
	for (const char *at = given; count < TYPES_MOST; at++) {
		words[count] = at;
		lengths[count] = strcspn(at, ",");
		if (!is_type(at, lengths[count]))
			return false;
		at += lengths[count++];
		if (!*at) {
			filter->types = list_copy(words, lengths, count);
			return filter->types != NULL;
		}
	}
	return false;
}

static bool read_part_numbers(const struct request *rq, struct filter *filter)
{
	const char *words[PAIRS_MAXIMUM];
	size_t lengths[PAIRS_MAXIMUM], count = 0;

	for (size_t i = 0; i < rq->query_count; i++) {
		if (strcmp(rq->query[i].name, "part_number") != 0)
			continue;
		words[count] = rq->query[i].value;
		lengths[count] = strlen(words[count]);
		if (lengths[count] == 0 || lengths[count] > 64)
			return false;
		count++;
	}
	if (count == 0)
		return true;
	filter->part_numbers = list_copy(words, lengths, count);
	return filter->part_numbers != NULL;
}

/*
 * Header before query, as EventSource sends it again by itself; -1 for none, -2 for nonsense in the
 * query.  Nonsense in the header was never typed by anybody: it is an id of another server that was
 * here before.  A refusal would end an EventSource for good, so it is a number that this feed never
 * gave, and the client is told to reload.
 */
static int64_t read_last_event_id(const struct request *rq)
{
	const char *header = request_header(rq, "LAST_EVENT_ID");
	const char *given = header ? header : request_query(rq, "last_event_id");

	if (!given || !*given)
		return -1;
	if (number_in_range(given, 0, INT64_MAX))
		return strtoll(given, NULL, 10);
	return header ? INT64_MAX : -2;
}

static bool is_health(const struct request *rq)
{
	return strcmp(rq->path, "/health") == 0;
}

/* The fault of the request as a machine code, or NULL. */
static const char *read_wish(struct request *rq, struct filter *filter, int64_t *last_event_id,
                             const char **field)
{
	const char *fault = request_begin(rq);

	*field = NULL;
	if (fault)
		return fault;
	if (rq->method != METHOD_GET)
		return "method_not_allowed";
	if (is_health(rq))
		return NULL;
	if (strcmp(rq->path, "/api/events") != 0)
		return "not_found";
	if (!read_types(request_query(rq, "types"), filter)) {
		*field = "types";
		return "invalid_value";
	}
	if (!read_part_numbers(rq, filter)) {
		*field = "part_number";
		return "invalid_value";
	}
	if (!request_query_flag(rq, "mine", &filter->mine)) {
		*field = "mine";
		return "invalid_value";
	}
	*last_event_id = read_last_event_id(rq);
	if (*last_event_id == -2) {
		*field = "last_event_id";
		return "invalid_value";
	}
	return NULL;
}

static void make_subscriber(struct hub *hub, int fd, char **parameters)
{
	struct request rq = {.arena = arena, .settings = hub->settings, .parameters = parameters};
	struct filter filter = {0};
	struct subscriber *subscriber;
	int64_t last_event_id = -1;
	const char *field, *fault = read_wish(&rq, &filter, &last_event_id, &field);

	subscriber = subscriber_new(hub, fd, strdup(rq.kind ? rq.kind : "none"),
	                            strdup(rq.credential ? rq.credential : ""), strdup(rq.id),
	                            filter, last_event_id, rq.is_head);
	if (!subscriber)
		return;
	if (fault)
		subscriber_refuse(subscriber, fault, field);
	else if (is_health(&rq))
		subscriber_tell_health(subscriber);
	else
		subscriber_sign_in(subscriber);
}

/* ---- from the socket to libfcgi ----------------------------------------------------------------
 */

static void set_blocking(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* All of the request has come: parsed without waiting, then the descriptor is ours again. */
static void parse(struct hub *hub, int fd)
{
	FCGX_Request fcgi;

	set_blocking(fd, true);
	FCGX_InitRequest(&fcgi, -1, 0);
	fcgi.ipcFd = fd;
	fcgi.keepConnection = 1;
	FCGX_Detach(&fcgi);
	if (FCGX_Accept_r(&fcgi) != 0)
		return; /* libfcgi has closed it */
	set_blocking(fd, false);
	make_subscriber(hub, fd, fcgi.envp);
	FCGX_Free(&fcgi, 0);
	arena_empty(arena);
}

/* True when there is nothing more to wait for: the arrival is gone then. */
static bool look(struct arrival *arrival)
{
	static unsigned char bytes[WIRE_REQUEST_MOST];
	struct hub *hub = arrival->hub;
	int fd = arrival->watch.fd;
	ssize_t length = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
	enum wire_state state;

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	state = length <= 0 ? WIRE_BROKEN : wire_look(bytes, (size_t)length);
	if (state == WIRE_PARTIAL)
		return false;
	arrival_remove(arrival);
	if (state == WIRE_COMPLETE)
		parse(hub, fd);
	else
		close(fd);
	return true;
}

static void on_bytes(struct watch *watch, uint32_t events)
{
	struct arrival *arrival = (struct arrival *)watch;
	int fd = watch->fd;

	if (look(arrival))
		return;
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		arrival_remove(arrival);
		close(fd);
	}
}

static void arrive(struct hub *hub, int fd)
{
	struct arrival *arrival = calloc(1, sizeof *arrival);
	/* Only a safety net: libfcgi meets complete requests. */
	struct timeval limit = {.tv_sec = 1};

	if (!arrival) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	*arrival = (struct arrival){.watch = {on_bytes, fd},
	                            .hub = hub,
	                            .next = waiting,
	                            .until_ms = hub->now_ms + ARRIVAL_MS};
	if (waiting)
		waiting->previous = arrival;
	waiting = arrival;
	/* Edge-triggered: the bytes are looked at and left where they are. */
	if (!hub_watch(hub, &arrival->watch, EPOLLIN | EPOLLRDHUP | EPOLLET)) {
		arrival_remove(arrival);
		close(fd);
		return;
	}
	look(arrival);
}

static void on_listener(struct watch *watch, uint32_t events)
{
	struct hub *hub = (struct hub *)((char *)watch - offsetof(struct hub, listener));

	(void)events;
	for (int i = 0; i < AT_ONCE; i++) {
		int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			arrive(hub, fd);
			continue;
		}
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			/* No descriptors: without a pause this would spin, and the loop never
			 * sleeps. */
			log_event(LOG_LEVEL_ERROR, "cannot_accept", "reason", strerror(errno),
			          NULL);
			hub_rewatch(hub, &hub->listener, 0);
			paused = true;
		}
		return;
	}
}

bool arrivals_open(struct hub *hub, int listener)
{
	arena = arena_new();
	hub->listener = (struct watch){on_listener, listener};
	return arena && FCGX_Init() == 0 && hub_watch(hub, &hub->listener, EPOLLIN);
}

void arrivals_close(struct hub *hub)
{
	hub_unwatch(hub, &hub->listener);
	while (waiting) {
		int fd = waiting->watch.fd;

		arrival_remove(waiting);
		close(fd);
	}
	arena_free(arena);
	arena = NULL;
}

void arrivals_tick(struct hub *hub)
{
	if (paused)
		hub_rewatch(hub, &hub->listener, EPOLLIN);
	paused = false;
	for (struct arrival *arrival = waiting, *next; arrival; arrival = next) {
		int fd = arrival->watch.fd;

		next = arrival->next;
		if (hub->now_ms < arrival->until_ms)
			continue;
		arrival_remove(arrival);
		close(fd);
	}
}
