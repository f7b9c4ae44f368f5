/*
 * Requests, tried again where a second try can't do harm, and redirects.  Knows no route and no
 * JSON; one try is http_transfer.c, its bytes are http_receive.c.
 *
 * Redirects are followed here and not by libcurl: a header of ours would be sent on to another
 * port or scheme by the older ones it may be linked with.
 */
#include "config.h"

#include "server/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "core/clock.h"
#include "core/interrupt.h"
#include "server/http_inner.h"
#include "server/origin.h"
#include "terminal/progress.h"

enum {
	REDIRECTS_MOST = 5,
	TRIES_CONNECTING = 3, /* nothing was sent yet */
	TRIES_REPEATABLE = 7, /* some 20 s in all */
	HURRIED_MS = 10000,
	SILENCE_SECONDS = 120, /* without a byte, over all tries; SILO_SILENCE says otherwise */
	SILENCE_MOST = 86400,
	RETRY_AFTER_MOST = 10
};

/* How long nothing may be heard: SILO_SILENCE in seconds, or the usual. */
static int64_t silence_ms(void)
{
	const char *text = getenv("SILO_SILENCE");
	long seconds = text != NULL && strlen(text) <= 6 ? strtol(text, NULL, 10) : 0;

	return 1000 *
	       (int64_t)(seconds >= 1 && seconds <= SILENCE_MOST ? seconds : SILENCE_SECONDS);
}

struct http *http_new(struct arena *arena, const char *url, const char *token, const char *ca_file)
{
	struct http *http = arena_take(arena, sizeof *http);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->arena = arena;
	http->url = url;
	http->token = token;
	http->ca_file = ca_file;
	http->silence_ms = silence_ms();
	http->curl = curl_easy_init();
	if (http->curl == NULL)
		abort();
	return http;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	curl_global_cleanup();
}

void http_tell(struct http *http, struct progress *line)
{
	http->line = line;
}

void http_hurry(struct http *http)
{
	http->hurried = true;
	if (http->silence_ms > HURRIED_MS)
		http->silence_ms = HURRIED_MS;
}

void http_use_session(struct http *http)
{
	http->session = true;
}

struct http_request http_request(const char *method, const char *path)
{
	return (struct http_request){
	    .method = method,
	    .path = path,
	    .upload = -1,
	    .upload_size = -1,
	    .sink = -1,
	    .repeatable = strcmp(method, "GET") == 0,
	};
}

time_t http_now(const struct http *http)
{
	return time(NULL) + (time_t)(http == NULL ? 0 : http->clock_offset);
}

/* May a second try help, and can't it do harm?  Tries don't multiply the wait for a silent server.
 */
static bool worth_another(const struct http *http, const struct http_request *request,
                          CURLcode ended, const struct http_answer *answer, int tried)
{
	long status = answer->status;

	if (http->hurried || interrupt_seen() || clock_ms() - http->heard >= http->silence_ms)
		return false;
	switch (ended) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_SSL_CONNECT_ERROR:
		return tried < TRIES_CONNECTING ||
		       (request->upload_size >= 0 && tried < TRIES_REPEATABLE);
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND: /* libcurl's own second try, on a connection kept open */
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return request->repeatable && tried < TRIES_REPEATABLE;
	case CURLE_OK:
		return request->repeatable && tried < TRIES_REPEATABLE &&
		       (status == 429 || (status >= 502 && status <= 504)) &&
		       (request->lasting == NULL || !request->lasting(answer->body));
	default:
		return false;
	}
}

/* Waits before another try: what the server says, else 0.2 s doubling up to 5 s. */
static void wait_before(int tried, long retry_after)
{
	long ms = 200L << (tried < 5 ? tried - 1 : 5);
	struct timespec pause;

	if (ms > 5000)
		ms = 5000;
	if (retry_after > 0)
		ms = 1000 * (retry_after < RETRY_AFTER_MOST ? retry_after : RETRY_AFTER_MOST);
	pause = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&pause, NULL);
}

/* Tries until it is answered or no further try makes sense. */
static void send_to(struct http *http, const struct http_request *request, const char *url,
                    struct http_answer *answer)
{
	struct progress *line = request->progress ? request->progress : http->line;
	struct http_request again = *request;
	CURLcode ended;

	http->heard = clock_ms();
	http->most_sent = 0;
	for (int tried = 1;; tried++) {
		ended = transfer_try(http, &again, url, answer);
		if (!worth_another(http, request, ended, answer, tried)) {
			if (request->progress == NULL)
				progress_end(line);
			return;
		}
		/* What has arrived need not be sent again, if it is still the same file. */
		if (request->sink >= 0 && request->if_range != NULL)
			again.offset = answer->received;
		progress_note(line, ended == CURLE_OK ? "the server can't answer now, trying again"
		                                      : "no connection, trying again");
		wait_before(tried, answer->retry_after);
	}
}

void http_send(struct http *http, const struct http_request *request, struct http_answer *answer)
{
	char *url = arena_print(http->arena, "%s%s", http->url, request->path);

	*answer = (struct http_answer){.received = request->offset};
	for (int hops = 0; hops <= REDIRECTS_MOST; hops++) {
		bool redirect;
		char *next;

		send_to(http, request, url, answer);
		redirect = answer->status >= 301 && answer->status <= 308 &&
		           answer->status != 304 && answer->location != NULL;
		if (!redirect || strcmp(request->method, "GET") != 0)
			return;
		next = origin_redirect(http->arena, url, answer->location);
		if (next == NULL)
			break;
		/* What was asked for in private is not fetched in the open: shown as it is. */
		if (strncasecmp(url, "https:", 6) == 0 && strncasecmp(next, "https:", 6) != 0)
			return;
		url = next;
	}
	*answer = (struct http_answer){.problem = "the server redirects in a circle"};
}
