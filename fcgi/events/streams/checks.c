/*
 * One round covers all open streams, with one batch of credentials per query.  The next round
 * begins half a heartbeat after the last one began, so a revoked token closes its stream within one
 * heartbeat.
 */
#include "config.h"
#include "events/streams/checks.h"
#include "base/log.h"
#include "events/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1000 };

static struct subscriber
    *batch[BATCH + 1]; /* places 1 … BATCH; kept until the answer, even if ended */
static size_t batch_count;
static bool asked;
static int64_t round_at_ms;
static uint32_t round_number;

/*
 * `{t,f,…}` in the order asked.  The next batch follows at once.  With only one per second, a round
 * over very many streams would not end before the next begins, and the oldest would never get their
 * turn.
 */
static void take_check(struct hub *hub, void *whom, PGresult *rows)
{
	const char *at = rows && PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) == 1
	                     ? PQgetvalue(rows, 0, 0)
	                     : NULL;

	(void)whom;
	asked = false;
	for (size_t place = 1; place <= batch_count; place++) {
		struct subscriber *subscriber = batch[place];
		bool is_good = true;

		if (at) {
			at += strcspn(at, "tf");
			is_good = *at != 'f';
			at += *at != '\0';
		}
		subscriber->being_checked = false;
		batch[place] = NULL;
		if (!is_good && subscriber->stage < STAGE_LAST) {
			log_event(LOG_LEVEL_INFO, "stream_ended", "user", subscriber->user,
			          "reason", "sign-in ended", NULL);
			subscriber_finish(subscriber);
		}
	}
	batch_count = 0;
	if (at)
		checks_tick(hub);
}

/* Quoted for a Postgres array; user names and hashes have no control characters. */
static void put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void ask_batch(struct hub *hub)
{
	char *kinds = NULL, *credentials = NULL;
	size_t kinds_size, credentials_size;
	FILE *kinds_out = open_memstream(&kinds, &kinds_size);
	FILE *credentials_out = open_memstream(&credentials, &credentials_size);

	if (kinds_out && credentials_out) {
		for (size_t place = 1; place <= batch_count; place++) {
			fputc(place == 1 ? '{' : ',', kinds_out);
			fputc(place == 1 ? '{' : ',', credentials_out);
			put_quoted(kinds_out, batch[place]->kind);
			put_quoted(credentials_out, batch[place]->credential);
		}
		fputc('}', kinds_out);
		fputc('}', credentials_out);
	}
	if (kinds_out && fclose(kinds_out) == 0 && credentials_out && fclose(credentials_out) == 0)
		asked = link_ask(hub->desk, "select silo.stream_check($1::text[], $2::text[])", 2,
		                 (const char *[]){kinds, credentials}, take_check, NULL) != NULL;
	free(kinds);
	free(credentials);
}

/* Streams not yet checked in this round, as many as a batch takes. */
static void fill_batch(struct hub *hub)
{
	for (struct subscriber *subscriber = hub->first; subscriber && batch_count < BATCH;
	     subscriber = subscriber->next) {
		if (subscriber->stage != STAGE_OPEN || subscriber->checked_round == round_number)
			continue;
		subscriber->checked_round = round_number;
		batch[++batch_count] = subscriber;
		subscriber->being_checked = true;
	}
}

void checks_tick(struct hub *hub)
{
	if (asked || !link_is_up(hub->desk))
		return;
	fill_batch(hub);
	/* A round is over only when no stream is left in it. */
	if (batch_count == 0 && hub->now_ms >= round_at_ms) {
		round_number++;
		round_at_ms = hub->now_ms + hub->settings->heartbeat_seconds * 500;
		fill_batch(hub);
	}
	if (batch_count > 0)
		ask_batch(hub);
}
