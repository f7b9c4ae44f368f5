/*
 * FastCGI as bytes: is a request complete, and what answers look like on the wire.
 * From the FastCGI specification 1.0, sections 3.3 and 8.  libfcgi parses requests; it cannot be
 * used for writing here, because its writer loops on write() and ends a stream at the first EAGAIN.
 */
#ifndef SILO_EVENTS_WIRE_H
#define SILO_EVENTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* nginx sends one request a connection and always with this id; another id is refused. */
enum { WIRE_REQUEST_ID = 1, WIRE_REQUEST_MOST = 65536 };

enum wire_state { WIRE_PARTIAL, WIRE_COMPLETE, WIRE_BROKEN };

/*
 * Are BEGIN_REQUEST and all PARAMS there?  Bounded by WIRE_REQUEST_MOST; anything that is not the
 * start of one responder request is broken.
 */
enum wire_state wire_look(const unsigned char *bytes, size_t length);

/* Bytes that are sent to one or many streams; counted references, freed with the last. */
struct chunk {
	unsigned references;
	unsigned length;
	unsigned char bytes[];
};

/* Text as STDOUT records; one reference, the caller's.  NULL when memory is out. */
struct chunk *chunk_text(const char *text, size_t length);

/* Text (may be empty), then the end of the stream and of the request. */
struct chunk *chunk_last(const char *text, size_t length);

struct chunk *chunk_keep(struct chunk *chunk);
void chunk_drop(struct chunk *chunk); /* NULL is allowed */

#endif
