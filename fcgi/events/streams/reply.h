/*
 * What a stream sends besides the events of the feed: the head of its answer, refusals, its place
 * in the feed, when to return.  Text in, bytes for the wire out; each is NULL if memory is out.
 */
#ifndef SILO_EVENTS_STREAMS_REPLY_H
#define SILO_EVENTS_STREAMS_REPLY_H

#include <stdbool.h>
#include <stdint.h>
#include "events/wire.h"

/* A JSON document instead of a stream, and the end.  `is_head`: without the document. */
struct chunk *reply_document(const char *request_id, int status, const char *body, bool is_head);

/* The document for that machine code; `field` (NULL = none) is any text. */
struct chunk *reply_error(const char *request_id, const char *code, const char *field,
                          bool is_head);

/* The beginning of a stream; for HEAD also its end. */
struct chunk *reply_stream(const char *request_id, bool is_head);

/* Lines of a stream, each with the number reached. */
struct chunk *reply_state(int64_t position, const char *mode);
struct chunk *reply_reset(int64_t position);
struct chunk *reply_heartbeat(int64_t position);

/* When to return, and the end. */
struct chunk *reply_goodbye(void);

#endif
