/*
 * Heads, documents and lines, printed into chunks.
 */
#include "config.h"
#include "events/streams/reply.h"
#include "base/error_codes.h"
#include "events/hub.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 1000, RETRY_SPREAD_MS = 4000 };

/* Prints a chunk; `make` says whether it is the last one. */
__attribute__((format(printf, 2, 3))) static struct chunk *
chunk_print(struct chunk *(*make)(const char *text, size_t length), const char *format, ...)
{
	struct chunk *chunk;
	char *text;
	va_list values;
	int length;

	va_start(values, format);
	length = vasprintf(&text, format, values);
	va_end(values);
	if (length < 0)
		return NULL;
	chunk = make(text, (size_t)length);
	free(text);
	return chunk;
}

/* Differs between streams, so that they don't all return at once. */
static unsigned retry_ms(void)
{
	return RETRY_MS + hub_jitter(RETRY_SPREAD_MS);
}

/* The header that goes with a status. */
static const char *extra_header(int status, char *text, size_t size)
{
	if (status == 401)
		return "WWW-Authenticate: Bearer\r\n";
	if (status == 405)
		return "Allow: GET, HEAD\r\n";
	if (status != 429 && status != 503)
		return "";
	snprintf(text, size, "Retry-After: %u\r\n", 2 + hub_jitter(8));
	return text;
}

struct chunk *reply_document(const char *request_id, int status, const char *body, bool is_head)
{
	char extra[48];

	return chunk_print(chunk_last,
	                   "Status: %d\r\nX-Request-Id: %s\r\nContent-Type: application/json\r\n"
	                   "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
	                   "Content-Length: %zu\r\n\r\n%s",
	                   status, request_id, extra_header(status, extra, sizeof extra),
	                   strlen(body), is_head ? "" : body);
}

struct chunk *reply_error(const char *request_id, const char *code, const char *field, bool is_head)
{
	const struct error_code *error = error_find(code);
	json_object *body = json_object_new_object();
	struct chunk *chunk = NULL;
	const char *text;

	json_object_object_add(body, "error", json_object_new_string(error->code));
	json_object_object_add(body, "message", json_object_new_string(error->sentence));
	if (field)
		json_object_object_add(body, "field", json_object_new_string(field));
	text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN |
	                                                JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		chunk = reply_document(request_id, error->status, text, is_head);
	json_object_put(body);
	return chunk;
}

struct chunk *reply_stream(const char *request_id, bool is_head)
{
	char retry[32] = "";

	if (!is_head)
		snprintf(retry, sizeof retry, "retry: %u\n\n", retry_ms());
	return chunk_print(is_head ? chunk_last : chunk_text,
	                   "Status: 200\r\nX-Request-Id: %s\r\nContent-Type: text/event-stream\r\n"
	                   "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
	                   "X-Content-Type-Options: nosniff\r\n\r\n%s",
	                   request_id, retry);
}

struct chunk *reply_state(int64_t position, const char *mode)
{
	return chunk_print(chunk_text,
	                   "id: %" PRId64 "\nevent: server.state\ndata: {\"mode\":\"%s\"}\n\n",
	                   position, mode);
}

struct chunk *reply_reset(int64_t position)
{
	return chunk_print(chunk_text, "id: %" PRId64 "\nevent: feed.reset\ndata: {}\n\n",
	                   position);
}

/* Carries the number reached, so that a filtered stream resumes here and not at its last event. */
struct chunk *reply_heartbeat(int64_t position)
{
	return chunk_print(chunk_text, "id: %" PRId64 "\nevent: heartbeat\ndata: {}\n\n", position);
}

struct chunk *reply_goodbye(void)
{
	return chunk_print(chunk_last, "retry: %u\n\n", retry_ms());
}
