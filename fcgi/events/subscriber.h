/*
 * An open stream: who reads it, what it wants, and how far it is.  It keeps no queue of events: its
 * position in the feed is its queue, so an idle one costs a few hundred bytes.
 */
#ifndef SILO_EVENTS_SUBSCRIBER_H
#define SILO_EVENTS_SUBSCRIBER_H

#include "events/feed.h"
#include "events/hub.h"
#include "events/wire.h"

enum { NOTES = 4 };

/* What the client asked for; owned by the subscriber. */
struct filter {
	char **types;        /* NULL-terminated; NULL = all */
	char **part_numbers; /* NULL-terminated; NULL = all */
	bool mine;
};

enum stage { STAGE_SIGNING_IN, STAGE_PLACING, STAGE_OPEN, STAGE_LAST };

struct subscriber {
	struct watch watch; /* first: found from the loop by its address */
	struct hub *hub;
	struct subscriber *previous, *next;
	enum stage stage;
	bool is_head, writable, ended, counted, watching_output;
	char *kind, *credential, *request_id, *user; /* user: NULL until signed in */
	struct filter filter;
	int64_t position; /* number of the last event sent or passed over; -1 = only new ones */
	bool resumes;     /* came with a Last-Event-ID */
	bool greeted;     /* server.state has been sent */
	bool lost;        /* what follows its position is kept no longer */
	struct chunk *partial; /* begun and not yet all written */
	unsigned partial_written;
	struct chunk *notes[NOTES]; /* to be sent before further events */
	unsigned note_count;
	void *ticket;           /* of the query under way for it, or NULL */
	bool being_checked;     /* a query about its sign-in is under way: not freed before */
	uint32_t checked_round; /* the last round of checks it took part in */
	int64_t stuck_since_ms; /* when its socket was first full; 0 = it is not */
	int64_t heartbeat_at_ms;
};

/* Takes the texts and the descriptor over; NULL (everything released) when memory is out. */
struct subscriber *subscriber_new(struct hub *hub, int fd, char *kind, char *credential,
                                  char *request_id, struct filter filter, int64_t last_event_id,
                                  bool is_head);

/* Asks Postgres who this is; everything else follows. */
void subscriber_sign_in(struct subscriber *subscriber);

/* Answers /health with the mode as far as it is known, and ends: nothing is waited for. */
void subscriber_tell_health(struct subscriber *subscriber);

/* Refuses by a machine code of the contract and ends. */
void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field);

/* Writes what is there to write, as far as the socket takes it. */
void subscriber_pump(struct subscriber *subscriber);

/* True when everything up to the newest event has been passed. */
bool subscriber_is_even(const struct subscriber *subscriber);

/* Writes to every open stream what is there to write. */
void subscribers_pump(struct hub *hub);

/* What follows its position is gone: it is told to reload and goes on from the newest event. */
void subscriber_reset(struct subscriber *subscriber);

/* The feed is another one, and ends at `last`: everybody is told to reload. */
void subscribers_reset(struct hub *hub, int64_t last);

/* The server's mode has changed without an event of the feed: everybody is told. */
void subscribers_tell_mode(struct hub *hub);

/* Queues a line for this stream alone; takes the reference over. */
void subscriber_note(struct subscriber *subscriber, struct chunk *chunk);

/* A clean end that tells the client when to come back. */
void subscriber_finish(struct subscriber *subscriber);

/* Closes at once. */
void subscriber_drop(struct subscriber *subscriber, const char *reason);

/* Heartbeat, stuck reader: called about once a second. */
void subscriber_tick(struct subscriber *subscriber);

/* Frees what was ended in this round. */
void subscribers_sweep(struct hub *hub);

void filter_free(struct filter *filter);

#endif
