/*
 * What the parts of the load program share: its clients, the round that runs, and the history in
 * which each of their calls is written down.
 */
#ifndef HISTORY_LOAD_H
#define HISTORY_LOAD_H

#include "exchange.h"
#include "history.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINES_SPACE = 8192 };

struct user {
	char name[24], role[16], token[128];
};

struct client {
	int number;
	const struct user *user;
	unsigned seed;
	long serial;
	int held;                    /* an item it thinks it holds */
	int known_lease[ITEMS_MOST]; /* the last that was its own, NOTHING = none yet */
	int known_revision[ITEMS_MOST], known_version[ITEMS_MOST]; /* version: NOTHING = unknown */
	int unsure;        /* the item of a call that was given up, or NOTHING */
	struct call again; /* an upload whose answer was lost */
	bool is_lost;
	size_t line_length;
	char lines[LINES_SPACE];
	struct exchange exchange;
};

/* Of this run; only load.c writes it, and the round only while no client runs. */
struct load {
	int item_count, lease_seconds;
	long round_number;
};
extern struct load load;

/* Adds the call to the client's lines, which flush_lines brings into the history. */
void write_down(struct client *client, const struct call *call);
void flush_lines(struct client *client);

/* Each thread but the main one, round by round: false when there is no further one. */
bool round_begins(void);
void round_ends(void);
bool round_is_over(void);

/* request.c: sends the call; the status, 0 when no answer came. */
long request_call(struct client *client, const struct call *call);
long request_new_item(struct client *client, int item);
/* A number in the last answer's body, e.g. "revision_number" : 7; or NOTHING. */
int request_answered(const struct client *client, const char *member);

/* client.c: forgets the round before; makes one call, chosen by what it knows. */
void client_new_round(struct client *client);
void client_call(struct client *client);

/* ends.c: threads that, while a round runs, let leases end, or sessions of Postgres stand still. */
void *run_clock(void *context);
void *run_stops(void *context);

#endif
