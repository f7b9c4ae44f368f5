/*
 * The one HTTP room: libcurl, TLS always verified, the token shown to the server's own origin only,
 * retries where a second try can't do harm.  Knows no route and no JSON.
 */
#ifndef SILO_HTTP_H
#define SILO_HTTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "base/arena.h"

struct http;
struct progress;

struct http_request {
	const char *method; /* "GET", "POST", … */
	const char *path;   /* below the server's address, with query, encoded */
	const char *body;   /* NULL: none */
	size_t body_length;
	const char *content_type; /* of the body */
	int upload;           /* descriptor of a file to send as the body when upload_size >= 0 */
	int64_t upload_size;  /* -1: no upload */
	int sink;             /* descriptor that takes a 200 or 206 answer; -1: memory */
	int64_t offset;       /* bytes the sink has already; asks for the rest */
	const char *if_range; /* ETag with quotes for the rest; NULL: none */
	bool anonymous;       /* never show the token */
	bool repeatable;      /* a second try can't do harm */
	/* True for an answer's body that says that a second try won't help; NULL: none says so. */
	bool (*lasting)(const char *body);
	struct progress *progress; /* NULL: none */
};

struct http_answer {
	long status;         /* 0: no answer, see problem */
	const char *problem; /* why there was none */
	bool ours;           /* it lies on this side: a disk that is full, a file that changed */
	bool full;           /* there is no room left for it on the disk */
	bool untrusted;      /* its certificate is not to be trusted */
	bool no_tls;         /* what answers there speaks none */
	const char *body;    /* NUL-terminated; "" when it went to the sink */
	size_t length;
	const char *etag;     /* with quotes, or NULL */
	const char *location; /* or NULL */
	long retry_after;     /* seconds, 0: not said */
	int64_t received;     /* bytes written to the sink in all tries */
};

/* url: the server's address without a slash at the end.  Strings must outlive it. */
struct http *http_new(struct arena *arena, const char *url, const char *token, const char *ca_file);
void http_free(struct http *http);

/* A line to say on that something is tried again, for requests without progress of their own. */
void http_tell(struct http *http, struct progress *line);

/* From now on nothing is tried again, nor waited for long: for what the next command can ask too.
 */
void http_hurry(struct http *http);

/* From now on keeps and sends the session's cookie and the Origin header: for signing in by
 * password. */
void http_use_session(struct http *http);

/* A request with nothing set but method and path. */
struct http_request http_request(const char *method, const char *path);

/* Sends it, again where allowed, and follows redirects of GET. */
void http_send(struct http *http, const struct http_request *request, struct http_answer *answer);

/* The server's clock, from its last answer; ours before. */
time_t http_now(const struct http *http);

/*
 * Sets up a handle for `path` like every request of this room: address, TLS, token.  The list of
 * headers is extended by `extra` and must be freed by the caller after the transfer.
 */
struct curl_slist *http_prepare(struct http *http, CURL *handle, const char *path,
                                struct curl_slist *extra);

#endif
