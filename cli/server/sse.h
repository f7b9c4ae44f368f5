/*
 * Server-sent events: bytes in, events out.  Pure, every size bounded; knows no HTTP.
 */
#ifndef SILO_SSE_H
#define SILO_SSE_H

#include <stdbool.h>
#include <stddef.h>

struct sse_event {
	const char *id;   /* the last one named so far, "" before */
	const char *type; /* "message" when not named */
	const char *data; /* may hold line ends */
};

struct sse;

/* Longer lines or events are dropped whole. */
enum { SSE_EVENT_MOST = 1 << 20 };

/* NULL when memory is out. */
struct sse *sse_new(void);
void sse_free(struct sse *sse);

/* Forgets a half-read event, for a new connection; the last id stays. */
void sse_restart(struct sse *sse);

/* The id to resume from; "" when none was seen. */
const char *sse_last_id(const struct sse *sse);
void sse_set_last_id(struct sse *sse, const char *id);

/*
 * Reads the bytes, calling `take` for each complete event; its strings live during the call only.
 * False when memory is out.
 */
bool sse_feed(struct sse *sse, const char *bytes, size_t length,
              void (*take)(void *context, const struct sse_event *event), void *context);

#endif
