/*
 * One HTTP request, as a handler sees it: parameters decoded and checked, the body as a stream.
 * Knows the FastCGI parameters, nothing of routes or rules, nor of answers: the readers that judge
 * values and leave an answer in rq->failure are query.h and body.h.
 *
 * All texts belong to the request's arena.
 */
#ifndef SILO_HTTP_REQUEST_H
#define SILO_HTTP_REQUEST_H

#include <fcgiapp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "http/decode.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OTHER };

struct response;
struct context;

enum { PAIRS_MAXIMUM = 64, PATH_VALUES = 4 };

struct request {
	struct arena *arena;
	struct context
	    *context;       /* what the room that serves it knows besides; never looked into here */
	FCGX_Stream *input; /* the body; NULL in unit tests */
	char **parameters;  /* FastCGI, "NAME=value" */
	int64_t body_limit; /* bytes of a JSON body */

	const char *id; /* X-Request-Id */
	enum method method;
	bool is_head;     /* method is GET then; the body of the answer is not sent */
	const char *path; /* raw, without prefix and query */
	struct pair values[PATH_VALUES]; /* of the route's :names, decoded */
	size_t value_count;
	struct pair query[PAIRS_MAXIMUM]; /* decoded; the first with a name counts */
	size_t query_count;
	int64_t content_length; /* -1 = not given */
	int64_t body_read;      /* bytes taken from the stream so far */

	struct response *failure; /* the finished answer of a reader that met bad input */
};

/* A FastCGI parameter or NULL. */
const char *request_param(const struct request *rq, const char *name);

/* A request header by its CGI name without HTTP_, e.g. "IF_MATCH"; NULL if absent or empty. */
const char *request_header(const struct request *rq, const char *name);

/* If-Match as sent, for SQL to compare; NULL if absent. */
const char *request_if_match(const struct request *rq);

/* The decoded value of a :name in the route's pattern; never NULL for a name it has. */
const char *request_value(const struct request *rq, const char *name);

/* The decoded query parameter or NULL. */
const char *request_query(const struct request *rq, const char *name);

/*
 * Reads up to `size` bytes of the body; 0 at its end, -1 if the connection broke or timed out, or
 * if the body was shorter than Content-Length (then the answer, 400, may not arrive).
 */
ptrdiff_t request_read(struct request *rq, void *bytes, size_t size);

/* The path at which nginx serves Silo, e.g. "/cad" or "". */
const char *request_prefix(const struct request *rq);

/* True if the browser speaks TLS to nginx. */
bool request_is_secure(const struct request *rq);

/*
 * Whose page made the request (Sec-Fetch-Site, else Origin).  UNTOLD: neither header is there, so
 * no modern browser sent it.
 */
enum origin { ORIGIN_OURS, ORIGIN_FOREIGN, ORIGIN_UNTOLD };
enum origin request_origin(const struct request *rq);

/*
 * Is its type application/json?  Another site's page can't send that without asking this server
 * first.
 */
bool request_says_json(const struct request *rq);

/* The value of a cookie in a Cookie header (NULL is fine); NULL when it is not there. */
const char *cookie_value(struct arena *arena, const char *header, const char *name);

/*
 * Fills in everything except arena, context, input, parameters and body_limit, which the caller
 * set.  The machine code of what is wrong with it, or NULL.
 */
const char *request_begin(struct request *rq);

#endif
