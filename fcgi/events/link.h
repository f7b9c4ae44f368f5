/*
 * A connection to Postgres inside the loop.  Queries wait in a queue, and each is answered by a
 * callback.  A lost connection reconnects by itself, with back-off.  Nothing here blocks.
 */
#ifndef SILO_EVENTS_LINK_H
#define SILO_EVENTS_LINK_H

#include <libpq-fe.h>
#include "events/hub.h"

struct link;

/* The answer to a query; NULL if the connection was lost.  The link clears the result. */
typedef void link_answer(struct hub *hub, void *whom, PGresult *result);

enum { LINK_VALUES = 4 };

struct link_handlers {
	void (*up)(struct hub *hub);   /* connected (again) */
	void (*down)(struct hub *hub); /* lost */
	void (*notified)(struct hub *hub, const char *channel);
};

/* Not connected yet; link_tick starts it.  `handlers` must outlive it; its members may be NULL. */
struct link *link_new(struct hub *hub, const char *name, const struct link_handlers *handlers);
void link_free(struct link *link);

bool link_is_up(const struct link *link);

/*
 * Queues a query; values are copied (NULL = SQL null).  Returns a ticket for link_forget, or NULL
 * if memory is out.  The answer always comes later, never from here.
 */
void *link_ask(struct link *link, const char *statement, int count, const char *const *values,
               link_answer *answer, void *whom);

/* `whom` is gone: its answer will come with whom = NULL. */
void link_forget(void *ticket);

/*
 * Reconnects when it is time; returns the milliseconds until it must be called again, -1 for never.
 */
int64_t link_tick(struct link *link);

#endif
