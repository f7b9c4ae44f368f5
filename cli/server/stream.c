/*
 * The event stream: connects, reconnects with back-off, resumes after the last event seen.
 */
#include "config.h"

#include "server/stream.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/clock.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "server/api.h"
#include "server/http.h"
#include "server/sse.h"
#include "terminal/output.h"

enum {
	SILENCE_MS = 75000, /* heartbeats come every 30 s */
	BACKOFF_MOST_MS = 15000,
	QUEUE_MOST = 10000, /* events waiting to be taken */
	ANSWER_MOST = 65536
};

/* An event that waits. */
struct waiting {
	struct waiting *next;
	char *id, *type;
	json_object *data;
};

struct stream {
	struct silo *silo;
	const char *path;
	CURLM *multi;
	CURL *handle; /* NULL: not connected */
	struct curl_slist *headers;
	struct sse *sse;
	struct waiting *first, **last, *taken;
	size_t waiting;
	int64_t heard; /* when the last byte came */
	int64_t retry_at;
	int failures;
	bool ended; /* the transfer is over */
	bool tell;  /* a person wants to know of lost connections */
	bool said;  /* that there is none */
	char *body; /* of an answer that is no stream */
	size_t body_length;
};

struct stream *stream_open(struct silo *silo, const char *path, const char *since, bool tell)
{
	struct stream *stream = arena_take(silo->arena, sizeof *stream);

	stream->silo = silo;
	stream->path = path;
	stream->tell = tell;
	stream->multi = curl_multi_init();
	stream->sse = sse_new();
	stream->last = &stream->first;
	stream->body = malloc(ANSWER_MOST);
	if (stream->multi == NULL || stream->sse == NULL || stream->body == NULL)
		abort();
	if (since != NULL)
		sse_set_last_id(stream->sse, since);
	return stream;
}

static void free_waiting(struct waiting *event)
{
	if (event == NULL)
		return;
	json_object_put(event->data);
	free(event->id);
	free(event->type);
	free(event);
}

/* Ends the connection; what it brought stays. */
static void disconnect(struct stream *stream)
{
	if (stream->handle == NULL)
		return;
	curl_multi_remove_handle(stream->multi, stream->handle);
	curl_easy_cleanup(stream->handle);
	curl_slist_free_all(stream->headers);
	stream->handle = NULL;
	stream->headers = NULL;
}

void stream_close(struct stream *stream)
{
	disconnect(stream);
	curl_multi_cleanup(stream->multi);
	sse_free(stream->sse);
	free_waiting(stream->taken);
	while (stream->first != NULL) {
		struct waiting *event = stream->first;

		stream->first = event->next;
		free_waiting(event);
	}
	free(stream->body);
}

/* One event of the parser: kept until it is asked for. */
static void keep_event(void *context, const struct sse_event *event)
{
	struct stream *stream = context;
	json_object *data;
	struct waiting *kept;

	if (strcmp(event->type, "heartbeat") == 0 || stream->waiting >= QUEUE_MOST)
		return;
	data = members_parse(event->data, strlen(event->data));
	kept = calloc(1, sizeof *kept);
	if (data == NULL || kept == NULL) {
		json_object_put(data);
		free(kept);
		return;
	}
	kept->id = strdup(event->id);
	kept->type = strdup(event->type);
	kept->data = data;
	if (kept->id == NULL || kept->type == NULL)
		abort();
	*stream->last = kept;
	stream->last = &kept->next;
	stream->waiting++;
}

/* libcurl's write callback. */
static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
	struct stream *stream = context;
	size_t length = size * count;
	long status = 0;

	stream->heard = clock_ms();
	curl_easy_getinfo(stream->handle, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		size_t room = ANSWER_MOST - stream->body_length;

		memcpy(stream->body + stream->body_length, bytes, length < room ? length : room);
		stream->body_length += length < room ? length : room;
		return length;
	}
	stream->failures = 0;
	if (stream->said)
		output_warn(stream->silo, "reconnected\n");
	stream->said = false;
	return sse_feed(stream->sse, bytes, length, keep_event, stream) ? length : 0;
}

/* Starts a connection that resumes after the last event seen. */
static void connect_stream(struct stream *stream)
{
	struct silo *silo = stream->silo;
	const char *id = sse_last_id(stream->sse);
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/event-stream");

	if (*id != '\0')
		headers =
		    curl_slist_append(headers, arena_print(silo->arena, "Last-Event-ID: %s", id));
	stream->handle = curl_easy_init();
	if (stream->handle == NULL)
		abort();
	curl_easy_setopt(stream->handle, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(stream->handle, CURLOPT_WRITEDATA, stream);
	stream->headers = http_prepare(silo->http, stream->handle, stream->path, headers);
	sse_restart(stream->sse);
	stream->heard = clock_ms();
	stream->ended = false;
	stream->body_length = 0;
	curl_multi_add_handle(stream->multi, stream->handle);
}

/* The status that the connection was answered with; 0: none. */
static long status_of(const struct stream *stream)
{
	long status = 0;

	curl_easy_getinfo(stream->handle, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* The connection is over: true when the server refused for good, with the failure noted. */
static bool refused(struct stream *stream)
{
	struct http_answer got = {
	    .status = status_of(stream), .body = stream->body, .length = stream->body_length};
	struct api_answer answer;

	return got.status >= 300 && got.status < 500 && got.status != 429 &&
	       api_judge(stream->silo, &got, &answer) != SILO_DONE;
}

/* Plans the next try after one that was answered with that status. */
static void plan_retry(struct stream *stream, long status)
{
	int64_t pause = 250LL << (stream->failures < 6 ? stream->failures : 6);

	stream->failures++;
	/* A restarted server is back at the second try: say nothing about that. */
	if (stream->tell && !stream->said && stream->failures > 1) {
		/* A server that answers with an error is there; only its stream is not. */
		output_warn(stream->silo,
		            status >= 400 ? "%s sends no event stream, trying again\n"
		                          : "no connection to %s, trying again\n",
		            stream->silo->url);
		stream->said = true;
	}
	stream->retry_at = clock_ms() + (pause < BACKOFF_MOST_MS ? pause : BACKOFF_MOST_MS);
}

/* Moves the transfer on for at most `ms`. */
static void perform(struct stream *stream, int ms)
{
	int running = 0, left = 0;
	CURLMsg *message;

	curl_multi_perform(stream->multi, &running);
	if (running > 0 && stream->first == NULL && ms > 0) {
		curl_multi_poll(stream->multi, NULL, 0, ms, NULL);
		curl_multi_perform(stream->multi, &running);
	}
	while ((message = curl_multi_info_read(stream->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			stream->ended = true;
	if (clock_ms() - stream->heard > SILENCE_MS)
		stream->ended = true;
}

/* Hands out the first event that waits. */
static enum stream_news hand_out(struct stream *stream, struct stream_event *event)
{
	free_waiting(stream->taken);
	stream->taken = stream->first;
	stream->first = stream->taken->next;
	if (stream->first == NULL)
		stream->last = &stream->first;
	stream->waiting--;
	*event = (struct stream_event){stream->taken->id, stream->taken->type, stream->taken->data};
	return STREAM_EVENT;
}

/* The time until `deadline`, at most a second so that silence is noticed. */
static int slice(int64_t deadline, int64_t until)
{
	int64_t now = clock_ms(), left = 1000;

	if (deadline >= 0 && deadline - now < left)
		left = deadline - now;
	if (until > 0 && until - now < left)
		left = until - now;
	return left < 0 ? 0 : (int)left;
}

enum stream_news stream_next(struct stream *stream, int64_t milliseconds,
                             struct stream_event *event)
{
	int64_t deadline = milliseconds < 0 ? -1 : clock_ms() + milliseconds;
	long status;

	for (;;) {
		if (interrupt_seen()) {
			silo_fail(stream->silo, SILO_FAILED, "interrupted", "interrupted");
			return STREAM_REFUSED;
		}
		if (stream->first != NULL)
			return hand_out(stream, event);
		if (deadline >= 0 && clock_ms() >= deadline)
			return STREAM_TIMEOUT;
		if (stream->handle == NULL && clock_ms() < stream->retry_at) {
			int ms = slice(deadline, stream->retry_at);
			struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};

			nanosleep(&pause, NULL);
			continue;
		}
		if (stream->handle == NULL)
			connect_stream(stream);
		perform(stream, slice(deadline, 0));
		if (!stream->ended)
			continue;
		if (stream->first == NULL && refused(stream)) {
			disconnect(stream);
			return STREAM_REFUSED;
		}
		status = status_of(stream);
		disconnect(stream);
		plan_retry(stream, status);
	}
}
