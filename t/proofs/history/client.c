/*
 * One client of the load: what it knows of the items of the round, the call that it chooses by
 * that, and what it learns of the answer.  See load.h.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned dice(struct client *client, unsigned sides)
{
	return (unsigned)rand_r(&client->seed) % sides;
}

/* The state of the item that an answer tells: ETag "revision.version…", else the refusal's words.
 */
static void learn(struct client *client, const struct call *call)
{
	const char *tag = exchange_header(&client->exchange, "ETag");
	int *revision = &client->known_revision[call->item];
	int *version = &client->known_version[call->item];

	if ((call->action == READ || call->action == CHANGE) && call->status == 200 && tag) {
		sscanf(tag, "\"%d.%d", revision, version);
	} else if (call->status == 412 && !strstr(client->exchange.body, "\"other_lease\"")) {
		tag = strstr(client->exchange.body, "\"etag\"");
		*revision = request_answered(client, "current_revision");
		if (!tag || sscanf(tag, "\"etag\"%*[ :]\"%d.%d", revision, version) != 2)
			*version = NOTHING;
	} else if (call->number != NOTHING) {
		*revision = call->number;
		*version = NOTHING;
	}
}

/* Of a 5xx: does it bound what may have happened?  See history.h. */
static long unknown_status(const struct client *client)
{
	return strstr(client->exchange.body, "The database has not confirmed") ||
	               strstr(client->exchange.body, "\"busy\"")
	           ? 503
	           : 502;
}

static void learn_lease(struct client *client, struct call *call)
{
	int lease = request_answered(client, "lease_id");

	if (call->action == READ && call->status == 200)
		call->lease = lease == NOTHING ? 0 : lease;
	if (call->action == ACQUIRE && call->group == 1 &&
	    (call->status == 200 || call->status == 201))
		client->known_lease[call->item] = lease;
}

static void perform(struct client *client, struct call call)
{
	call.serial = ++client->serial;
	call.start = now_ns();
	call.status = request_call(client, &call);
	call.end = now_ns();
	if (call.status >= 500)
		call.status = unknown_status(client);
	learn_lease(client, &call);
	call.number = call.status == 201 || call.status == 200
	                  ? request_answered(client, "revision_number")
	                  : NOTHING;
	learn(client, &call);
	if (call.action == READ && call.status == 200) {
		call.number = client->known_revision[call.item];
		call.version = client->known_version[call.item];
	}
	for (int i = 0, first = call.item; i < call.group; i++) {
		struct call one = call;

		one.item = (first + i) % load.item_count;
		write_down(client, &one);
	}
	if (call.action == ACQUIRE && (call.status == 200 || call.status == 201))
		client->held = call.item;
	else if (call.item == client->held && (call.action == RELEASE || call.action == COMMIT ||
	                                       call.status == 409 || call.status == 412))
		client->held = NOTHING;
	/* A client that never heard sends the same upload again; that must not make a second. */
	client->is_lost = (call.action == UPLOAD || call.action == COMMIT) &&
	                  (call.status == 0 || call.status >= 500);
	client->again = call;
	client->unsure = call.status == 503 && call.group == 1 ? call.item : NOTHING;
	if (call.status == 0 || call.status >= 429)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static enum action pick(struct client *client, bool holds)
{
	static const unsigned char shares[2][READ] = {
	    {62, 8, 10, 3, 5,
	     12}, /* on any item: acquire, release (an admin's is force), upload … */
	    {17, 18, 28, 18, 7, 12}, /* on the one it holds: acquire is renew */
	};
	unsigned thrown = dice(client, 100);

	for (unsigned action = 0; action < READ; action++) {
		if (thrown < shares[holds][action])
			return (enum action)action;
		thrown -= shares[holds][action];
	}
	return CHANGE;
}

void client_call(struct client *client)
{
	bool holds = client->held != NOTHING && dice(client, 100) < 80;
	struct call call = {.item =
	                        holds ? client->held : (int)dice(client, (unsigned)load.item_count),
	                    .group = 1,
	                    .base = NOTHING,
	                    .version = NOTHING,
	                    .content = NOTHING,
	                    .lease = NOTHING};
	unsigned way = dice(client, 100);

	if (client->is_lost) {
		perform(client, client->again);
		return;
	}
	/* If the outcome is unknown, make sure; what was given up must not undo that. */
	if (client->unsure != NOTHING) {
		call.action = ACQUIRE;
		call.item = client->unsure;
		perform(client, call);
		return;
	}
	call.action = dice(client, 100) < 6 ? READ : pick(client, holds);
	if ((call.action == ACQUIRE || call.action == RELEASE) && way < 10 && load.item_count > 4)
		call.group = 2 + (int)dice(client, 3);
	if (call.action == UPLOAD || call.action == COMMIT)
		call.content = (int)dice(client, CONTENTS);
	/* What it starts from: usually what it knows, sometimes nothing, sometimes an old state. */
	if (call.action >= UPLOAD && call.action <= CHANGE && way >= 20) {
		int known = client->known_version[call.item];

		call.base = client->known_revision[call.item];
		if (way < 55 && known != NOTHING)
			call.version = known;
		else if (way < 60 && call.base > 0)
			call.base--;
		if (call.action == CHANGE && call.version == NOTHING)
			call.base = NOTHING;
	}
	/* The lease it means: often where it holds one, now and then an old one. */
	if (call.action < READ && call.group == 1 && dice(client, 100) < (holds ? 60 : 8))
		call.lease = client->known_lease[call.item];
	perform(client, call);
}

void client_new_round(struct client *client)
{
	client->held = NOTHING;
	client->is_lost = false;
	client->unsure = NOTHING;
	for (int item = 0; item < load.item_count; item++) {
		client->known_revision[item] = 0;
		client->known_version[item] = 1;
		client->known_lease[item] = NOTHING;
	}
}
