/*
 * Pages.  A fixed number of slots, each for 200 events by number; the least recently used one makes
 * room.  Nobody holds a page: a stream has only a position, and finds or requests what follows it.
 * So a reader that takes nothing keeps nothing in memory.
 */
#include "config.h"
#include "events/pages.h"
#include "events/link.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGES = 64, PAGE_EVENTS = 200 };

struct page {
	struct event *events[PAGE_EVENTS]; /* by number % PAGE_EVENTS */
	int64_t first;                     /* lowest number that belongs here; -1 = a free slot */
	int64_t oldest, newest;            /* of the events that are here; newest < oldest = none */
	int64_t used;                      /* higher means later */
	void *ticket;                      /* of the query under way, or NULL */
};

struct pages {
	struct page page[PAGES];
	struct page *last_found; /* most readers that catch up want the same one */
	int64_t uses;
	bool is_news; /* a page has arrived since the last pages_have_news */
};

static void page_empty(struct page *page)
{
	link_forget(page->ticket);
	for (int i = 0; i < PAGE_EVENTS; i++) {
		event_free(page->events[i]);
		page->events[i] = NULL;
	}
	*page = (struct page){.first = -1, .newest = -1};
}

struct pages *pages_new(void)
{
	struct pages *pages = calloc(1, sizeof *pages);

	for (int i = 0; pages && i < PAGES; i++)
		page_empty(&pages->page[i]);
	return pages;
}

void pages_empty(struct pages *pages)
{
	for (int i = 0; i < PAGES; i++)
		page_empty(&pages->page[i]);
}

void pages_free(struct pages *pages)
{
	/* The links are already gone, and their tickets with them. */
	for (int i = 0; pages && i < PAGES; i++)
		pages->page[i].ticket = NULL;
	if (pages)
		pages_empty(pages);
	free(pages);
}

static int64_t first_of(int64_t number)
{
	return number - number % PAGE_EVENTS;
}

static struct page *page_of(struct pages *pages, int64_t number)
{
	int64_t first = first_of(number);

	if (pages->last_found && pages->last_found->first == first)
		return pages->last_found;
	for (int i = 0; i < PAGES; i++)
		if (pages->page[i].first == first)
			return pages->last_found = &pages->page[i];
	return NULL;
}

struct event *pages_find(struct pages *pages, int64_t number)
{
	struct page *page = page_of(pages, number);

	if (!page || number < page->oldest || number > page->newest)
		return NULL;
	page->used = ++pages->uses;
	return page->events[number % PAGE_EVENTS];
}

bool pages_have_news(struct pages *pages)
{
	bool is_news = pages->is_news;

	pages->is_news = false;
	return is_news;
}

/* A free slot, or that of the least recently used page; NULL if all are being read. */
static struct page *make_room(struct pages *pages)
{
	struct page *oldest = NULL;

	for (int i = 0; i < PAGES; i++) {
		struct page *page = &pages->page[i];

		if (!page->ticket && (!oldest || page->used < oldest->used))
			oldest = page;
	}
	if (oldest)
		page_empty(oldest);
	return oldest;
}

/*
 * False if a row belongs to the next page, or memory is out.  Numbers before a hole count as gone.
 */
static bool keep_row(struct page *page, const PGresult *rows, int row)
{
	struct event *event = event_read(rows, row);

	if (!event || event->number >= page->first + PAGE_EVENTS) {
		event_free(event);
		return false;
	}
	if (row == 0 || event->number != page->newest + 1)
		page->oldest = event->number;
	page->newest = event->number;
	page->events[event->number % PAGE_EVENTS] = event;
	return true;
}

static void take_page(struct hub *hub, void *whom, PGresult *rows)
{
	struct page *page = whom;
	bool answered = rows && PQresultStatus(rows) == PGRES_TUPLES_OK;
	int64_t first;

	if (!page)
		return;
	first = page->first;
	page->ticket = NULL;
	page_empty(page);
	if (!answered)
		return; /* the tick asks again; the database may be away */
	page->first = page->oldest = first;
	page->used = ++hub->pages->uses;
	for (int row = 0; row < PQntuples(rows) && keep_row(page, rows, row); row++)
		;
	/* None of its numbers is kept any longer: all come before the oldest. */
	if (page->newest < first)
		page->oldest = first + PAGE_EVENTS;
	hub->pages->is_news = true;
}

enum page_state pages_want(struct hub *hub, int64_t number)
{
	struct page *page = page_of(hub->pages, number);
	char after[24], most[12];

	if (page && page->ticket)
		return PAGE_COMING;
	if (page && number < page->oldest)
		return PAGE_GONE;
	if (page && number <= page->newest)
		return PAGE_HERE;
	if (!link_is_up(hub->desk))
		return PAGE_LATER;
	/* If the feed ended within a page when it was read, the page is read again. */
	if (page)
		page_empty(page);
	else
		page = make_room(hub->pages);
	if (!page)
		return PAGE_LATER;
	page->first = first_of(number);
	snprintf(after, sizeof after, "%lld", (long long)page->first - 1);
	snprintf(most, sizeof most, "%d", PAGE_EVENTS);
	page->ticket = link_ask(
	    hub->desk, "select " FEED_COLUMNS " from silo.feed_read($1::bigint, $2::integer)", 2,
	    (const char *[]){after, most}, take_page, page);
	if (!page->ticket)
		page->first = -1;
	return page->ticket ? PAGE_COMING : PAGE_LATER;
}
