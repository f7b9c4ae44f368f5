/*
 * What the files of http.h share: the client, one transfer on its way, libcurl's callbacks.  No
 * other file includes this.
 */
#ifndef SILO_HTTP_INNER_H
#define SILO_HTTP_INNER_H

#include "server/http.h"

struct http {
	struct arena *arena;
	CURL *curl;
	const char *url, *token, *ca_file;
	bool session;
	bool hurried;          /* nothing is tried again */
	const char *cookie;    /* "name=value" of the session; NULL: none yet */
	int64_t clock_offset;  /* the server's time minus ours */
	struct progress *line; /* says that it is tried again; NULL: nobody looks */
	int64_t silence_ms;    /* how long nothing may be heard, over all tries */
	int64_t heard;         /* when the last news of this request came, on the monotonic clock */
	int64_t most_sent;     /* bytes of its body that a try has sent: more of them is news */
	char waiting[80];      /* what the line says meanwhile */
};

/* One transfer on its way. */
struct transfer {
	struct http *http;
	const struct http_request *request;
	struct http_answer *answer;
	CURL *curl;
	char *bytes; /* of the body kept in memory */
	size_t length, room;
	bool sink_failed;
	int sink_errno;
	int64_t sent;        /* bytes read of the file being sent */
	bool changed;        /* the file being sent got shorter meanwhile */
	bool restarted;      /* the sink's content was thrown away for a whole answer */
	int64_t began;       /* on the monotonic clock */
	int64_t patience_ms; /* how long this try may hear nothing */
	int64_t came;        /* bytes of the answer so far */
	bool silent;         /* it was given up for that */
	char error[CURL_ERROR_SIZE];
};

/* One try of `url`: fills the answer, returns how it ended. */
CURLcode transfer_try(struct http *http, const struct http_request *request, const char *url,
                      struct http_answer *answer);

/* libcurl's callbacks; context is the transfer. */
size_t receive_body(char *bytes, size_t size, size_t count, void *context);
size_t receive_header(char *line, size_t size, size_t count, void *context);
size_t receive_upload(char *bytes, size_t size, size_t count, void *context);
int rewind_upload(void *context, curl_off_t offset, int origin);
int receive_progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                     curl_off_t up);

#endif
