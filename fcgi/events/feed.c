/*
 * Recent events: rows of the feed, turned into bytes once for all subscribers.
 */
#include "config.h"
#include "events/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A Postgres array of user names, {a,b}: names have no quotes, braces or commas. */
static char **read_people(const char *text)
{
	size_t count = 2, found = 0;
	char **people, *save = NULL, *copy;

	for (const char *at = text; *at; at++)
		count += *at == ',';
	/* One block: the pointers, then the names. */
	people = calloc(1, count * sizeof *people + strlen(text) + 1);
	if (!people)
		return NULL;
	copy = (char *)(people + count);
	memcpy(copy, text, strlen(text) + 1);
	for (char *name = strtok_r(copy, "{},\"", &save); name;
	     name = strtok_r(NULL, "{},\"", &save))
		people[found++] = name;
	return people;
}

static struct chunk *make_chunk(const char *number, const char *type, const char *data)
{
	struct chunk *chunk = NULL;
	char *text;
	int length = asprintf(&text, "id: %s\nevent: %s\ndata: %s\n\n", number, type, data);

	if (length < 0)
		return NULL;
	chunk = chunk_text(text, (size_t)length);
	free(text);
	return chunk;
}

struct event *event_read(const PGresult *rows, int row)
{
	struct event *event = calloc(1, sizeof *event);

	if (!event)
		return NULL;
	event->number = strtoll(PQgetvalue(rows, row, 0), NULL, 10);
	event->type = strdup(PQgetvalue(rows, row, 1));
	if (!PQgetisnull(rows, row, 2))
		event->part_number = strdup(PQgetvalue(rows, row, 2));
	event->people = read_people(PQgetvalue(rows, row, 3));
	event->chunk = make_chunk(PQgetvalue(rows, row, 0), PQgetvalue(rows, row, 1),
	                          PQgetvalue(rows, row, 4));
	if (!event->type || !event->people || !event->chunk) {
		event_free(event);
		return NULL;
	}
	return event;
}

void event_free(struct event *event)
{
	if (!event)
		return;
	chunk_drop(event->chunk);
	free(event->people);
	free(event->part_number);
	free(event->type);
	free(event);
}

struct feed *feed_new(void)
{
	struct feed *feed = calloc(1, sizeof *feed);

	if (feed)
		feed->oldest = 1;
	return feed;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	for (int i = 0; i < FEED_KEPT; i++)
		event_free(feed->kept[i]);
	free(feed);
}

void feed_add(struct feed *feed, struct event *event)
{
	struct event **place = &feed->kept[event->number % FEED_KEPT];

	if (*place)
		feed->oldest = (*place)->number + 1;
	event_free(*place);
	*place = event;
	feed->last = event->number;
}

void feed_restart(struct feed *feed, int64_t last)
{
	for (int i = 0; i < FEED_KEPT; i++) {
		event_free(feed->kept[i]);
		feed->kept[i] = NULL;
	}
	feed->last = last;
	feed->oldest = last + 1;
}

struct event *feed_find(const struct feed *feed, int64_t number)
{
	if (number < feed->oldest || number > feed->last)
		return NULL;
	return feed->kept[number % FEED_KEPT];
}
