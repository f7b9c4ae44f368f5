/*
 * The hub as a whole: what its rooms share.  One process, one thread, one epoll loop; nothing in it
 * may block.  Rooms: arrivals (new connections), subscriber (open streams), feed (recent events),
 * pages (older ones), link (asynchronous Postgres), clock (leader's duties), metrics (what it says
 * of itself).
 */
#ifndef SILO_EVENTS_HUB_H
#define SILO_EVENTS_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/settings.h"

/* Anything epoll watches; the first member of what it belongs to. */
struct watch {
	void (*ready)(struct watch *watch, uint32_t events);
	int fd;
};

struct subscriber;
struct link;
struct feed;
struct pages;
struct clock_work;
struct metrics;

struct hub {
	const struct settings *settings;
	int epoll;
	struct watch listener;
	struct link *desk; /* sign-ins, resumes, checks of open streams */
	struct link *duty; /* LISTEN and the leader's work: the advisory lock is its session's */
	struct feed *feed;
	struct pages *pages;
	struct clock_work *clock;
	struct metrics *metrics;
	struct subscriber *first; /* open streams, doubly linked */
	struct subscriber *ended; /* to be freed when no event of this round can name them */
	size_t open;              /* of `first` */
	int64_t now_ms;           /* monotonic, read once a round */
	char mode[16]; /* server.state as told to all: normal or read-only; "" = not known yet */
	bool leads;    /* this hub numbers the feed */
	bool stopping;
};

/* Adds, changes or removes a descriptor; false after logging. */
bool hub_watch(struct hub *hub, struct watch *watch, uint32_t events);
void hub_rewatch(struct hub *hub, struct watch *watch, uint32_t events);
void hub_unwatch(struct hub *hub, struct watch *watch);

/* A number below `range`, different at each call: spreads what would otherwise return at once. */
unsigned hub_jitter(unsigned range);

#endif
