/*
 * The bytes of a transfer: answers into memory or a file, the few headers of use, uploads out of a
 * file.  Knows no address and no retry.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/interrupt.h"
#include "server/http_inner.h"
#include "terminal/progress.h"

enum {
	ANSWER_MOST = 64 << 20, /* bytes of an answer kept in memory */
	TELL_SILENCE_MS = 3000
};

/* Keeps an answer's bytes in memory, up to the limit. */
static size_t keep_bytes(struct transfer *transfer, const char *bytes, size_t length)
{
	if (length > ANSWER_MOST - transfer->length)
		return 0;
	if (transfer->length + length + 1 > transfer->room) {
		size_t room = (transfer->length + length + 1) * 2;
		char *larger = realloc(transfer->bytes, room);

		if (larger == NULL)
			return 0;
		transfer->bytes = larger;
		transfer->room = room;
	}
	memcpy(transfer->bytes + transfer->length, bytes, length);
	transfer->length += length;
	transfer->bytes[transfer->length] = '\0';
	return length;
}

/* Writes an answer's bytes to the sink; a whole answer to a request for the rest starts over. */
static size_t sink_bytes(struct transfer *transfer, const char *bytes, size_t length, long status)
{
	int sink = transfer->request->sink;
	size_t wrote = 0;

	if (status == 200 && !transfer->restarted) {
		transfer->restarted = true;
		transfer->answer->received = 0;
		if (ftruncate(sink, 0) != 0 || lseek(sink, 0, SEEK_SET) != 0)
			transfer->sink_failed = true;
	}
	while (!transfer->sink_failed && wrote < length) {
		ssize_t got = write(sink, bytes + wrote, length - wrote);

		if (got < 0 && errno != EINTR)
			transfer->sink_failed = true;
		else if (got > 0)
			wrote += (size_t)got;
	}
	if (transfer->sink_failed) {
		transfer->sink_errno = errno;
		return 0;
	}
	transfer->answer->received += (int64_t)length;
	return length;
}

/* libcurl's write callback. */
size_t receive_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	long status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->request->sink >= 0 && (status == 200 || status == 206))
		return sink_bytes(transfer, bytes, size * count, status);
	return keep_bytes(transfer, bytes, size * count);
}

/* The value of header `name` when the line is one, in the arena; NULL else. */
static char *header_value(struct arena *arena, const char *line, size_t length, const char *name)
{
	size_t name_length = strlen(name), start = name_length + 1;

	if (length <= start || strncasecmp(line, name, name_length) != 0 ||
	    line[name_length] != ':')
		return NULL;
	while (start < length && (line[start] == ' ' || line[start] == '\t'))
		start++;
	while (length > start && strchr("\r\n \t", line[length - 1]) != NULL)
		length--;
	return arena_copy(arena, line + start, length - start);
}

/* libcurl's header callback: keeps the few that are of use. */
size_t receive_header(char *line, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct http_answer *answer = transfer->answer;
	struct arena *arena = transfer->http->arena;
	size_t length = size * count;
	char *value;

	transfer->http->heard = clock_ms();
	if ((value = header_value(arena, line, length, "etag")) != NULL) {
		answer->etag = value;
	} else if ((value = header_value(arena, line, length, "location")) != NULL) {
		answer->location = value;
	} else if (transfer->http->session &&
	           (value = header_value(arena, line, length, "set-cookie")) != NULL) {
		/* One cookie, one server, three requests: libcurl's own jar would outlive a reset.
		 */
		transfer->http->cookie = arena_copy(arena, value, strcspn(value, ";"));
	} else if ((value = header_value(arena, line, length, "retry-after")) != NULL) {
		answer->retry_after = strtol(value, NULL, 10);
	} else if ((value = header_value(arena, line, length, "date")) != NULL) {
		time_t theirs = curl_getdate(value, NULL);

		if (theirs > 0)
			transfer->http->clock_offset = (int64_t)theirs - (int64_t)time(NULL);
	}
	return length;
}

/* libcurl's read callback for uploads. */
size_t receive_upload(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	ssize_t got;

	do
		got = read(transfer->request->upload, bytes, size * count);
	while (got < 0 && errno == EINTR && !interrupt_seen());
	/* Saved meanwhile, and shorter now: the server would wait for the rest. */
	transfer->sent += got > 0 ? got : 0;
	transfer->changed = got == 0 && transfer->sent < transfer->request->upload_size;
	return got < 0 || transfer->changed ? CURL_READFUNC_ABORT : (size_t)got;
}

/*
 * libcurl's seek callback: an upload begins again.  Newer ones rewind what was cut
 * before they send anything else with the same handle, be it an upload or not.
 */
int rewind_upload(void *context, curl_off_t offset, int origin)
{
	struct transfer *transfer = context;

	if (origin != SEEK_SET || (transfer->request->upload_size >= 0 &&
	                           lseek(transfer->request->upload, offset, SEEK_SET) != offset))
		return CURL_SEEKFUNC_FAIL;
	transfer->sent = offset;
	return CURL_SEEKFUNC_OK;
}

/* Has anything come or gone since?  Else says how long not, and whether that is too long. */
static bool heard_nothing(struct transfer *transfer, int64_t down, int64_t up)
{
	struct http *http = transfer->http;
	struct progress *line =
	    transfer->request->progress ? transfer->request->progress : http->line;
	int64_t now = clock_ms(), since;

	if (down > transfer->came || up > http->most_sent)
		http->heard = now;
	transfer->came = down;
	http->most_sent = up > http->most_sent ? up : http->most_sent;
	since = now - http->heard;
	transfer->silent = since >= http->silence_ms ||
	                   now - (transfer->began > http->heard ? transfer->began : http->heard) >=
	                       transfer->patience_ms;
	if (since >= TELL_SILENCE_MS && !transfer->silent) {
		snprintf(http->waiting, sizeof http->waiting, "silent for %lld of %lld s",
		         (long long)since / 1000, (long long)http->silence_ms / 1000);
		progress_note(line, http->waiting);
	}
	return transfer->silent;
}

/* libcurl's progress callback. */
int receive_progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                     curl_off_t up)
{
	struct transfer *transfer = context;
	int64_t before = transfer->restarted ? 0 : transfer->request->offset;

	if (interrupt_seen() || heard_nothing(transfer, down, up))
		return 1;
	if (transfer->request->upload_size >= 0)
		progress_update(transfer->request->progress, up, up_total);
	else
		progress_update(transfer->request->progress, before + down, before + down_total);
	return 0;
}
