/*
 * Event streams on libcurl, one thread each.
 */
#include "config.h"
#include "stream.h"
#include "../http/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS_MOST = 20000 };

struct stream {
	pthread_t thread;
	pthread_mutex_t lock;
	CURL *curl;
	struct curl_slist *headers;
	struct told_event *events;
	int count, taken;
	char line[65536], type[32], *data;
	size_t line_length;
	long id, status, retry;
	int retries;
	atomic_bool closing, ended;
};

/* One line of text/event-stream (WHATWG HTML, 9.2). */
static void take_line(struct stream *stream)
{
	char *line = stream->line;

	if (*line == '\0') {
		if (*stream->type && stream->count < EVENTS_MOST) {
			struct told_event *event = &stream->events[stream->count++];

			event->id = stream->id;
			snprintf(event->type, sizeof event->type, "%s", stream->type);
			event->data = stream->data;
			stream->data = NULL;
		}
		*stream->type = '\0';
	} else if (strncmp(line, "id: ", 4) == 0) {
		stream->id = strtol(line + 4, NULL, 10);
	} else if (strncmp(line, "event: ", 7) == 0) {
		snprintf(stream->type, sizeof stream->type, "%s", line + 7);
	} else if (strncmp(line, "data: ", 6) == 0) {
		stream->data = strdup(line + 6);
	} else if (strncmp(line, "retry: ", 7) == 0) {
		stream->retry = strtol(line + 7, NULL, 10);
		stream->retries++;
	}
}

static size_t take_bytes(char *bytes, size_t one, size_t count, void *context)
{
	struct stream *stream = context;

	pthread_mutex_lock(&stream->lock);
	for (size_t i = 0; i < one * count; i++) {
		if (bytes[i] != '\n') {
			if (stream->line_length + 1 < sizeof stream->line)
				stream->line[stream->line_length++] = bytes[i];
			continue;
		}
		stream->line[stream->line_length] = '\0';
		stream->line_length = 0;
		take_line(stream);
	}
	pthread_mutex_unlock(&stream->lock);
	return stream->closing ? 0 : one * count;
}

static int still_wanted(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	return ((struct stream *)context)->closing;
}

static void *run(void *context)
{
	struct stream *stream = context;

	curl_easy_perform(stream->curl);
	pthread_mutex_lock(&stream->lock);
	curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &stream->status);
	stream->ended = true;
	pthread_mutex_unlock(&stream->lock);
	return NULL;
}

/* Called by many threads at once: nothing here may be static. */
static struct curl_slist *add_bearer(const char *token)
{
	char line[512];

	snprintf(line, sizeof line, "Authorization: Bearer %s", token);
	return curl_slist_append(NULL, line);
}

static struct curl_slist *header_of(const char *who)
{
	char name[32] = "TOKEN_";
	size_t length = strlen(name);

	if (strchr(who, ':'))
		return curl_slist_append(NULL, who);
	for (; *who && length + 1 < sizeof name; who++)
		name[length++] = (char)(*who - 'a' + 'A');
	return add_bearer(stack_value(name));
}

struct stream *stream_open(const char *who, const char *path, long last_id)
{
	char line[64];

	snprintf(line, sizeof line, "Last-Event-ID: %ld", last_id);
	return stream_open_with(who, path, last_id < 0 ? NULL : line);
}

struct stream *stream_open_with(const char *who, const char *path, const char *header)
{
	struct stream *stream = calloc(1, sizeof *stream);
	char url[1024];

	stream->events = calloc(EVENTS_MOST, sizeof *stream->events);
	stream->id = -1;
	pthread_mutex_init(&stream->lock, NULL);
	stream->curl = curl_easy_init();
	stream->headers = header_of(who);
	if (header)
		stream->headers = curl_slist_append(stream->headers, header);
	snprintf(url, sizeof url, "%s%s", stack_value("SILO_URL"), path);
	curl_easy_setopt(stream->curl, CURLOPT_URL, url);
	curl_easy_setopt(stream->curl, CURLOPT_HTTPHEADER, stream->headers);
	curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
	curl_easy_setopt(stream->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(stream->curl, CURLOPT_XFERINFOFUNCTION, still_wanted);
	curl_easy_setopt(stream->curl, CURLOPT_XFERINFODATA, stream);
	curl_easy_setopt(stream->curl, CURLOPT_NOSIGNAL, 1L);
	pthread_create(&stream->thread, NULL, run, stream);
	return stream;
}

void stream_close(struct stream *stream)
{
	stream->closing = true;
	pthread_join(stream->thread, NULL);
	curl_easy_cleanup(stream->curl);
	curl_slist_free_all(stream->headers);
	for (int i = 0; i < stream->count; i++)
		free(stream->events[i].data);
	free(stream->events);
	free(stream->data);
	free(stream);
}

const struct told_event *stream_next(struct stream *stream, int milliseconds)
{
	const struct told_event *event = NULL;

	for (;;) {
		pthread_mutex_lock(&stream->lock);
		if (stream->taken < stream->count)
			event = &stream->events[stream->taken++];
		pthread_mutex_unlock(&stream->lock);
		if (event || milliseconds <= 0)
			return event;
		usleep(5000);
		milliseconds -= 5;
	}
}

const struct told_event *stream_expect(struct stream *stream, const char *type, int milliseconds)
{
	const struct told_event *event;

	do
		event = stream_next(stream, milliseconds);
	while (event && strcmp(event->type, "heartbeat") == 0 && strcmp(type, "heartbeat") != 0);
	ck_assert_msg(event != NULL, "no %s came", type);
	ck_assert_msg(strcmp(event->type, type) == 0, "wanted %s, got %s %s", type, event->type,
	              event->data);
	return event;
}

bool stream_ended(struct stream *stream, int milliseconds)
{
	for (; !stream->ended && milliseconds > 0; milliseconds -= 5)
		usleep(5000);
	return stream->ended;
}

long stream_status(struct stream *stream)
{
	return stream->status;
}

long stream_retry(struct stream *stream)
{
	return stream->retry;
}

int stream_retries(struct stream *stream)
{
	return stream->retries;
}

const char *data_of(const struct told_event *event, const char *name)
{
	json_object *all = json_tokener_parse(event->data), *value;
	const char *text = "";

	ck_assert_msg(json_object_is_type(all, json_type_object), "no JSON object: %s",
	              event->data);
	if (json_object_object_get_ex(all, name, &value))
		text = value ? at("%s", json_object_get_string(value)) : "null";
	json_object_put(all);
	return text;
}
