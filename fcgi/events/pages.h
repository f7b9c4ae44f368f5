/*
 * Events older than those in memory, read from the database in pages that all readers share: a
 * thousand readers that return together cost one query per page, not one each.
 */
#ifndef SILO_EVENTS_PAGES_H
#define SILO_EVENTS_PAGES_H

#include "events/feed.h"
#include "events/hub.h"

enum page_state {
	PAGE_HERE,   /* the event is in memory */
	PAGE_COMING, /* requested; pages_have_news says when it is here */
	PAGE_LATER,  /* no room or no database now; ask again at the next tick */
	PAGE_GONE,   /* the feed begins after this number */
};

struct pages *pages_new(void);
void pages_free(struct pages *pages);

/* The event of that number, or NULL if its page is not here; valid until the loop's next round. */
struct event *pages_find(struct pages *pages, int64_t number);

/* Requests the page of a number unless it is here.  Only for numbers that the feed has given. */
enum page_state pages_want(struct hub *hub, int64_t number);

/* Has a page arrived since the last call?  Then streams that wait for one can continue. */
bool pages_have_news(struct pages *pages);

/* Forgets everything: the feed is a different one. */
void pages_empty(struct pages *pages);

#endif
