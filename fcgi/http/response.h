/*
 * The answer to a request, built by a handler and sent in one place.  Knows HTTP status lines and
 * headers, nothing of their meaning.
 */
#ifndef SILO_HTTP_RESPONSE_H
#define SILO_HTTP_RESPONSE_H

#include "http/request.h"

enum { HEADERS_MAXIMUM = 12 };

struct response {
	int status;
	const char *content_type; /* NULL = no body */
	const char *body;         /* in the arena or static */
	size_t length;
	const char *code; /* machine code of an error, for the log; else NULL */
	struct pair headers[HEADERS_MAXIMUM];
	size_t header_count;
	bool wakes_feed; /* a write was committed: wake silo-events once this is sent */
};

/* An empty answer. */
struct response *response_new(struct request *rq, int status);

/* An answer with a JSON text, which must live as long as the arena. */
struct response *response_json(struct request *rq, int status, const char *json);

/* Adds a header; CR, LF and NUL in the value end it (no response splitting). */
void response_header(struct request *rq, struct response *rs, const char *name, const char *value);

/* True if If-None-Match names the tag (without quotes; weak comparison). */
bool response_is_known(const struct request *rq, const char *tag);

/* Sets ETag; turns a 200 to a GET into 304 if the client already has it. */
void response_tag(struct request *rq, struct response *rs, const char *tag);

/* The text of a Content-Disposition, RFC 6266/8187: attachment; filename="…"; filename*=… */
const char *response_attachment(struct request *rq, const char *filename);

/*
 * Writes status, headers and body to the stream, which sends when it is full or closed; false if
 * the connection broke.
 */
bool response_write(struct request *rq, const struct response *rs, FCGX_Stream *output);

#endif
