/*
 * The hub as a whole: what its parts share.  One process, one thread, one epoll loop; nothing in it
 * may block.  Parts: streams/ (new and open streams), feed (recent events), pages (older ones),
 * link (asynchronous Postgres), clock (leader's duties), sweeper (of the vault), metrics (what it
 * reports).
 */
#ifndef SILO_EVENTS_HUB_H
#define SILO_EVENTS_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/settings.h"

/* Anything that epoll watches; the first member of the struct it belongs to. */
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
	struct link *duty; /* LISTEN and the leader's work; its session holds the advisory lock */
	struct feed *feed;
	struct pages *pages;
	struct clock_work *clock;
	struct metrics *metrics;
	struct subscriber *first; /* open streams, doubly linked */
	struct subscriber *ended; /* freed once no event of this round can name them */
	size_t open;              /* of `first` */
	int64_t now_ms;           /* monotonic, read once per round */
	char mode[16]; /* the server.state that all streams have: normal or read-only; "" = unknown
	                */
	bool leads;    /* this hub numbers the feed */
	bool stopping;
};

/* Adds, changes or removes a descriptor; false after logging. */
bool hub_watch(struct hub *hub, struct watch *watch, uint32_t events);
void hub_rewatch(struct hub *hub, struct watch *watch, uint32_t events);
void hub_unwatch(struct hub *hub, struct watch *watch);

/* A random number below `range`: spreads clients that would otherwise return at the same time. */
unsigned hub_jitter(unsigned range);

#endif
