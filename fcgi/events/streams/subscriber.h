/*
 * An open stream: who reads it, and where it is in its life.  It keeps no queue of events: its
 * position in the feed is its queue (delivery.h), so an idle one costs a few hundred bytes.
 */
#ifndef SILO_EVENTS_STREAMS_SUBSCRIBER_H
#define SILO_EVENTS_STREAMS_SUBSCRIBER_H

#include "events/streams/delivery.h"
#include "events/hub.h"

/* In this order, but for a reader that has fallen behind: from OPEN to LOST and back. */
enum stage {
	STAGE_SIGNING_IN, /* Postgres is asked who this is */
	STAGE_PLACING,    /* Postgres is asked whether what follows its number is still kept */
	STAGE_LOST,       /* the same, of one whose next events are known to be gone */
	STAGE_OPEN,       /* it gets the feed */
	STAGE_LAST,       /* only what is noted still goes out, then it ends */
	STAGE_ENDED       /* closed, and freed once nothing of this round can name it */
};

struct subscriber {
	struct watch watch; /* first: found from the loop by its address */
	struct hub *hub;
	struct subscriber *previous, *next;
	enum stage stage;
	bool is_head;         /* nothing but the head is asked for */
	bool greeted;         /* server.state has been sent */
	bool watching_output; /* epoll tells when the socket takes more */
	bool being_checked;   /* a query about its sign-in is under way: not freed before */
	char *kind, *credential, *request_id, *user; /* user: NULL until signed in */
	struct delivery delivery;
	void *ticket;           /* of the query under way for it, or NULL */
	uint32_t checked_round; /* the last round of checks it took part in */
	int64_t stuck_since_ms; /* its socket is full since; 0 = it takes more */
	int64_t heartbeat_at_ms;
};

/*
 * Takes the texts and the descriptor over; NULL (everything released) when memory is out.
 * `last_event_id`: the number it comes back with, -1 for none.
 */
struct subscriber *subscriber_new(struct hub *hub, int fd, char *kind, char *credential,
                                  char *request_id, struct filter filter, int64_t last_event_id,
                                  bool is_head);

/* Says hello, finds its place in the feed, and is served from there; for HEAD only the first. */
void subscriber_begin(struct subscriber *subscriber);

/* Answers /health with the mode as far as it is known, and ends: nothing is waited for. */
void subscriber_tell_health(struct subscriber *subscriber);

/* Refuses by a machine code of the contract and ends. */
void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field);

/* Writes to every stream what is there to write. */
void subscribers_pump(struct hub *hub);

/* The feed is another one, and ends at `last`: everybody is told to reload. */
void subscribers_reset(struct hub *hub, int64_t last);

/* The server's mode has changed without an event of the feed: everybody is told. */
void subscribers_tell_mode(struct hub *hub);

/* A clean end that tells the client when to come back. */
void subscriber_finish(struct subscriber *subscriber);

/* Closes at once. */
void subscriber_drop(struct subscriber *subscriber, const char *reason);

/* Heartbeat, stuck reader: called about once a second. */
void subscriber_tick(struct subscriber *subscriber);

/* Frees what was ended in this round. */
void subscribers_sweep(struct hub *hub);

#endif
