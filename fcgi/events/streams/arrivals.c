/*
 * Arrivals.  libfcgi parses the request, but only once all of it is there, because its reads block.
 *
 * This relies on facts of libfcgi 2.4.2 (fcgiapp.c):
 *  - FCGX_Accept_r with ipcFd set and keepConnection = 1 neither finishes nor accepts anything; it
 *    reads BEGIN and PARAMS from ipcFd and returns.  With listen_sock = -1 it returns an error for
 *    a broken request instead of accepting another connection.
 *  - It reads up to 8,192 bytes at once and stops reading at the empty PARAMS record.
 *  - On a broken request it closes the connection, and waits up to 2 s for the peer to close too,
 *    unless the request is detached.
 *  - FCGX_Free(request, 0) frees the streams (17 KiB) and parameters; the descriptor stays open.
 */
#include "config.h"
#include "events/streams/arrivals.h"
#include "caller/caller.h"
#include "http/request.h"
#include "base/arena.h"
#include "base/log.h"
#include "events/streams/sign_in.h"
#include "events/streams/subscriber.h"
#include "events/wire.h"
#include "events/streams/wish.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { AT_ONCE = 64, ARRIVAL_MS = 10000 };

/* A connection whose request isn't complete yet. */
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

static void make_subscriber(struct hub *hub, int fd, char **parameters)
{
	struct request rq = {.arena = arena, .parameters = parameters};
	struct caller caller = caller_read(&rq, hub->settings);
	struct subscriber *subscriber;
	struct wish wish;

	wish_read(&rq, &wish);
	subscriber = subscriber_new(hub, fd, strdup(caller.kind), strdup(caller.credential),
	                            strdup(rq.id), wish.filter, wish.last_event_id, rq.is_head);
	if (!subscriber)
		return;
	if (wish.fault && !wish.field) {
		subscriber_refuse(subscriber, wish.fault, NULL);
	} else if (wish.is_health) {
		subscriber_tell_health(subscriber);
	} else {
		subscriber->fault = wish.fault;
		subscriber->field = wish.field ? strdup(wish.field) : NULL;
		subscriber_sign_in(subscriber);
	}
}

static void set_blocking(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* The request is complete: parse it without waiting, then the descriptor is ours again. */
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

/* True if there is nothing more to wait for; the arrival is gone then. */
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
	/* Only a safety net: libfcgi gets complete requests. */
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
	/* Edge-triggered: the bytes are examined and stay in the socket. */
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
			/*
			 * Out of descriptors: without a pause this would spin, and the loop never
			 * sleeps.
			 */
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
