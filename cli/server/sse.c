/*
 * Server-sent events after the WHATWG standard: lines end in CR, LF or CRLF; "id" and "event" name,
 * "data" lines are joined; an empty line ends the event.  Pure; knows no HTTP.
 */
#include "config.h"

#include "server/sse.h"

#include <stdlib.h>
#include <string.h>

struct buffer {
	char *bytes;
	size_t length, room;
};

struct sse {
	struct buffer line, data, type, id;
	bool after_cr; /* a LF now belongs to the line end before */
	bool overlong; /* the line, or the event, is being dropped */
	bool has_data;
	bool at_start; /* nothing read yet: a byte order mark may come */
};

/* Adds bytes, keeping a NUL behind them.  False when memory is out. */
static bool buffer_add(struct buffer *buffer, const char *bytes, size_t length)
{
	if (buffer->length + length + 1 > buffer->room) {
		size_t room = (buffer->length + length + 1) * 2;
		char *larger = realloc(buffer->bytes, room);

		if (larger == NULL)
			return false;
		buffer->bytes = larger;
		buffer->room = room;
	}
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return true;
}

/* Makes it hold exactly these bytes. */
static bool buffer_set(struct buffer *buffer, const char *bytes, size_t length)
{
	buffer->length = 0;
	return buffer_add(buffer, bytes, length);
}

struct sse *sse_new(void)
{
	struct sse *sse = calloc(1, sizeof *sse);

	if (sse == NULL)
		return NULL;
	if (!buffer_set(&sse->line, "", 0) || !buffer_set(&sse->data, "", 0) ||
	    !buffer_set(&sse->type, "", 0) || !buffer_set(&sse->id, "", 0)) {
		sse_free(sse);
		return NULL;
	}
	sse->at_start = true;
	return sse;
}

void sse_free(struct sse *sse)
{
	if (sse == NULL)
		return;
	free(sse->line.bytes);
	free(sse->data.bytes);
	free(sse->type.bytes);
	free(sse->id.bytes);
	free(sse);
}

/* Empties what belongs to one event. */
static void forget_event(struct sse *sse)
{
	sse->data.length = sse->type.length = 0;
	sse->data.bytes[0] = sse->type.bytes[0] = '\0';
	sse->has_data = sse->overlong = false;
}

void sse_restart(struct sse *sse)
{
	forget_event(sse);
	sse->line.length = 0;
	sse->after_cr = false;
	sse->at_start = true;
}

const char *sse_last_id(const struct sse *sse)
{
	return sse->id.bytes;
}

void sse_set_last_id(struct sse *sse, const char *id)
{
	buffer_set(&sse->id, id, strlen(id));
}

/* One "field: value". */
static bool take_field(struct sse *sse, const char *name, size_t name_length, const char *value,
                       size_t length)
{
	if (name_length == 4 && memcmp(name, "data", 4) == 0) {
		if (sse->has_data && !buffer_add(&sse->data, "\n", 1))
			return false;
		sse->has_data = true;
		if (sse->data.length + length > SSE_EVENT_MOST) {
			sse->overlong = true;
			return true;
		}
		return buffer_add(&sse->data, value, length);
	}
	if (name_length == 5 && memcmp(name, "event", 5) == 0)
		return buffer_set(&sse->type, value, length);
	/* An id that holds a NUL is ignored, says the standard; no server id is long. */
	if (name_length == 2 && memcmp(name, "id", 2) == 0 && length <= 64 &&
	    memchr(value, '\0', length) == NULL && memchr(value, '\n', length) == NULL)
		return buffer_set(&sse->id, value, length);
	return true;
}

/* The line is complete: a field, a comment, or the end of the event. */
static bool end_line(struct sse *sse, void (*take)(void *, const struct sse_event *), void *context)
{
	const char *line = sse->line.bytes, *colon;
	size_t length = sse->line.length;

	if (length == 0) {
		struct sse_event event = {sse->id.bytes,
		                          sse->type.length > 0 ? sse->type.bytes : "message",
		                          sse->data.bytes};

		if (sse->has_data && !sse->overlong)
			take(context, &event);
		forget_event(sse);
		return true;
	}
	sse->line.length = 0;
	if (sse->overlong || line[0] == ':')
		return true;
	colon = memchr(line, ':', length);
	if (colon == NULL)
		return take_field(sse, line, length, "", 0);
	else {
		size_t name_length = (size_t)(colon - line);
		const char *value = colon + 1;

		if (value < line + length && *value == ' ')
			value++;
		return take_field(sse, line, name_length, value, (size_t)(line + length - value));
	}
}

/* Bytes of a line, without its end. */
static bool add_to_line(struct sse *sse, const char *bytes, size_t length)
{
	if (sse->line.length + length > SSE_EVENT_MOST) {
		sse->overlong = true;
		/* One byte stands for the line, so that its end isn't taken for the event's. */
		return buffer_set(&sse->line, ":", 1);
	}
	return buffer_add(&sse->line, bytes, length);
}

bool sse_feed(struct sse *sse, const char *bytes, size_t length,
              void (*take)(void *context, const struct sse_event *event), void *context)
{
	size_t at = 0;

	while (at < length) {
		size_t start = at;

		if (sse->after_cr && bytes[at] == '\n') {
			sse->after_cr = false;
			at++;
			continue;
		}
		sse->after_cr = false;
		while (at < length && bytes[at] != '\r' && bytes[at] != '\n')
			at++;
		if (!add_to_line(sse, bytes + start, at - start))
			return false;
		if (at == length)
			return true;
		sse->after_cr = bytes[at++] == '\r';
		if (sse->at_start && sse->line.length >= 3 &&
		    memcmp(sse->line.bytes, "\xef\xbb\xbf", 3) == 0) {
			memmove(sse->line.bytes, sse->line.bytes + 3, sse->line.length - 3);
			sse->line.length -= 3;
		}
		sse->at_start = false;
		if (!end_line(sse, take, context))
			return false;
	}
	return true;
}
