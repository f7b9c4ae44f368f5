/*
 * The event stream: connects, reconnects with back-off, resumes after the last event seen, and
 * hands out one event at a time.
 */
#ifndef SILO_STREAM_H
#define SILO_STREAM_H

#include <json-c/json.h>
#include <stdint.h>
#include "core/silo.h"

struct stream;

/* Part numbers that an address can filter by: the server reads 64 parameters. */
enum { STREAM_PARTS_MOST = 50 };

enum stream_news {
	STREAM_EVENT,   /* *event holds one */
	STREAM_TIMEOUT, /* nothing came in the time allowed */
	STREAM_REFUSED  /* the server says no for good, or Ctrl-C: a failure is noted */
};

struct stream_event {
	const char *id, *type;
	json_object *data; /* an object; both live until the next call */
};

/*
 * `path` with its filters; `since`: resume after this id, NULL: only what is new.  With `tell` a
 * person is told when there is no connection, and when there is one again.
 */
struct stream *stream_open(struct silo *silo, const char *path, const char *since, bool tell);
void stream_close(struct stream *stream);

/* Waits for the next event (heartbeats are not handed out); milliseconds < 0: for ever. */
enum stream_news stream_next(struct stream *stream, int64_t milliseconds,
                             struct stream_event *event);

#endif
