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
	STAGE_SIGNING_IN, /* waits for Postgres: who is this? */
	STAGE_PLACING,    /* waits for Postgres: is what follows its number still kept? */
	STAGE_LOST,       /* the same, for a stream whose next events are known to be gone */
	STAGE_OPEN,       /* gets the feed */
	STAGE_LAST,       /* sends only what is queued, then ends */
	STAGE_ENDED       /* closed; freed once nothing in this round can name it */
};

struct subscriber {
	struct watch watch; /* first: found from the loop by its address */
	struct hub *hub;
	struct subscriber *previous, *next;
	enum stage stage;
	bool is_head;         /* the client asks only for the head */
	bool greeted;         /* server.state has been sent */
	bool watching_output; /* epoll reports when the socket takes more */
	bool being_checked;   /* a query about its sign-in is under way: not freed before */
	char *kind, *credential, *request_id, *user; /* user: NULL until signed in */
	/*
	 * What is wrong with its parameters (a machine code, NULL = nothing) and the wrong one:
	 * only a caller who may read the feed is told.
	 */
	const char *fault;
	char *field;
	struct delivery delivery;
	void *ticket;           /* of the query under way for it, or NULL */
	uint32_t checked_round; /* the last round of checks it took part in */
	int64_t stuck_since_ms; /* since when its socket is full; 0 = it takes more */
	int64_t heartbeat_at_ms;
};

/*
 * Takes over the texts and the descriptor; NULL (everything released) if memory is out.
 * `last_event_id`: the number it returns with, -1 for none.
 */
struct subscriber *subscriber_new(struct hub *hub, int fd, char *kind, char *credential,
                                  char *request_id, struct filter filter, int64_t last_event_id,
                                  bool is_head);

/* Sends the head, finds its place in the feed, and is served from there; for HEAD only the head. */
void subscriber_begin(struct subscriber *subscriber);

/* Answers /health with the mode, as far as it is known, and ends without waiting for anything. */
void subscriber_tell_health(struct subscriber *subscriber);

/* Refuses with a machine code of the contract and ends. */
void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field);

/* Writes to every stream what it can. */
void subscribers_pump(struct hub *hub);

/* The feed is a different one and ends at `last`: tells every stream to reload. */
void subscribers_reset(struct hub *hub, int64_t last);

/* The server's mode has changed without an event of the feed: tells every stream. */
void subscribers_tell_mode(struct hub *hub);

/* A clean end that tells the client when to come back. */
void subscriber_finish(struct subscriber *subscriber);

/* Closes at once. */
void subscriber_drop(struct subscriber *subscriber, const char *reason);

/* Heartbeat, stuck reader: called about once a second. */
void subscriber_tick(struct subscriber *subscriber);

/* Frees the streams that ended in this round. */
void subscribers_sweep(struct hub *hub);

#endif
