/*
 * An open event stream for tests: read in a thread of its own, what came kept in order.
 */
#ifndef SILO_T_STREAM_H
#define SILO_T_STREAM_H

#include <stdbool.h>

struct stream;

struct told_event {
	long id;
	char type[32];
	char *data;
};

/* Opens GET path (e.g. "/api/events?mine=true") as a user; `last_id` < 0: without Last-Event-ID. */
struct stream *stream_open(const char *who, const char *path, long last_id);

/* The same with any header line, or NULL. */
struct stream *stream_open_with(const char *who, const char *path, const char *header);

/* Closes (or takes note that the server did) and frees. */
void stream_close(struct stream *stream);

/* The first event not yet taken, waiting up to `milliseconds`; NULL when none came. */
const struct told_event *stream_next(struct stream *stream, int milliseconds);

/* The same, passing over heartbeats; fails the test when it is of another type. */
const struct told_event *stream_expect(struct stream *stream, const char *type, int milliseconds);

/* True when the stream has ended within that time. */
bool stream_ended(struct stream *stream, int milliseconds);

long stream_status(struct stream *stream);

/* The milliseconds of the newest "retry:", and how many came: each stream begins with one. */
long stream_retry(struct stream *stream);
int stream_retries(struct stream *stream);

/* A member of an event's data as text. */
const char *data_of(const struct told_event *event, const char *name);

#endif
