/*
 * FastCGI as bytes: is a request complete, and what answers look like on the wire.
 * From the FastCGI specification 1.0, sections 3.3 and 8.  libfcgi parses requests; it cannot be
 * used for writing here, because its writer loops on write() and ends a stream at the first EAGAIN.
 */
#ifndef SILO_EVENTS_WIRE_H
#define SILO_EVENTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* nginx sends one request per connection, always with this id; another id is refused. */
enum { WIRE_REQUEST_ID = 1, WIRE_REQUEST_MOST = 65536 };

enum wire_state { WIRE_PARTIAL, WIRE_COMPLETE, WIRE_BROKEN };

/*
 * Are BEGIN_REQUEST and all PARAMS there?  At most WIRE_REQUEST_MOST bytes; anything that is not
 * the start of one responder request is broken.
 */
enum wire_state wire_look(const unsigned char *bytes, size_t length);

/* Bytes sent to one or many streams; reference-counted, freed with the last reference. */
struct chunk {
	unsigned references;
	unsigned length;
	unsigned char bytes[];
};

/* Text as STDOUT records; the caller has the one reference.  NULL if memory is out. */
struct chunk *chunk_text(const char *text, size_t length);

/* Text (may be empty), then the end of the stream and of the request. */
struct chunk *chunk_last(const char *text, size_t length);

struct chunk *chunk_keep(struct chunk *chunk);
void chunk_drop(struct chunk *chunk); /* NULL is allowed */

#endif
