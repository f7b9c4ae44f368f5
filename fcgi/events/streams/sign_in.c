/*
 * Signing in: one query to Postgres, and the limits on the number of streams.
 */
#include "config.h"
#include "events/streams/sign_in.h"
#include "events/feed.h"
#include "events/link.h"

#include <string.h>

/* This user's streams, except those that are ending or have not begun. */
static size_t streams_of(const struct hub *hub, const char *user)
{
	size_t count = 0;

	for (const struct subscriber *other = hub->first; other; other = other->next)
		count += other->stage > STAGE_SIGNING_IN && other->stage < STAGE_LAST &&
		         strcmp(other->user, user) == 0;
	return count;
}

static void take_sign_in(struct hub *hub, void *whom, PGresult *rows)
{
	struct subscriber *subscriber = whom;
	const char *state;

	if (!subscriber)
		return;
	subscriber->ticket = NULL;
	if (subscriber->stage != STAGE_SIGNING_IN)
		return; /* it has been ended meanwhile */
	state = rows ? PQresultErrorField(rows, PG_DIAG_SQLSTATE) : NULL;
	if (!rows || PQresultStatus(rows) != PGRES_TUPLES_OK || PQntuples(rows) != 1) {
		subscriber_refuse(subscriber,
		                  state && strcmp(state, "SL401") == 0   ? "not_signed_in"
		                  : state && strcmp(state, "SL403") == 0 ? "role_too_low"
		                                                         : "unavailable",
		                  NULL);
		return;
	}
	subscriber->user = strdup(PQgetvalue(rows, 0, 0));
	subscriber->delivery.reader = subscriber->user;
	if (!subscriber->user)
		subscriber_drop(subscriber, "out of memory");
	else if (subscriber->fault)
		subscriber_refuse(subscriber, subscriber->fault, subscriber->field);
	else if (streams_of(hub, subscriber->user) >= (size_t)hub->settings->streams_per_user)
		subscriber_refuse(subscriber, "too_many_streams", NULL);
	else
		subscriber_begin(subscriber);
}

/* Why the user can't even be looked up, as a machine code; NULL if it can. */
static const char *obstacle(const struct subscriber *subscriber)
{
	const struct hub *hub = subscriber->hub;

	if (hub->open > (size_t)hub->settings->streams_maximum)
		return "too_many_streams_in_all";
	if (strcmp(subscriber->kind, "none") == 0)
		return "not_signed_in";
	if (!link_is_up(hub->desk) || !hub->feed->ready || !*hub->mode)
		return "unavailable";
	return NULL;
}

void subscriber_sign_in(struct subscriber *subscriber)
{
	const char *code = obstacle(subscriber);

	if (code) {
		subscriber_refuse(subscriber, code, NULL);
		return;
	}
	subscriber->ticket = link_ask(
	    subscriber->hub->desk, "select username from silo.sign_in($1, $2, 'viewer')", 2,
	    (const char *[]){subscriber->kind, subscriber->credential}, take_sign_in, subscriber);
	if (!subscriber->ticket)
		subscriber_drop(subscriber, "out of memory");
}
