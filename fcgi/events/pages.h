/*
 * Events older than memory's newest, read from the database in pages that all who need them share:
 * a thousand readers who come back together cost one query a page and not one each.
 */
#ifndef SILO_EVENTS_PAGES_H
#define SILO_EVENTS_PAGES_H

#include "events/feed.h"
#include "events/hub.h"

enum page_state {
	PAGE_HERE,   /* the event is in memory */
	PAGE_COMING, /* asked for; pages_have_news says when it is here */
	PAGE_LATER,  /* no room or no database now: ask again at the next tick */
	PAGE_GONE,   /* the feed begins after this number */
};

struct pages *pages_new(void);
void pages_free(struct pages *pages);

/* The event of that number, or NULL when its page is not here; valid until the loop's next round.
 */
struct event *pages_find(struct pages *pages, int64_t number);

/* Has the page of a number read unless it is here; only numbers that the feed has given. */
enum page_state pages_want(struct hub *hub, int64_t number);

/* Has a page come since this was last asked?  Streams that wait for one can go on then. */
bool pages_have_news(struct pages *pages);

/* Forgets everything: the feed is another one. */
void pages_empty(struct pages *pages);

#endif
