/*
 * FastCGI records: reads them far enough to know that libfcgi won't have to wait, and writes them.
 */
#include "config.h"
#include "events/wire.h"

#include <stdlib.h>
#include <string.h>

enum {
	BEGIN_REQUEST = 1,
	END_REQUEST = 3,
	PARAMS = 4,
	STDOUT = 6,
	HEADER = 8,
	RECORD_MOST = 65528
};
enum { RESPONDER = 1 };

/* A length of section 3.4: one byte, or four with the highest bit set.  False when cut off. */
static bool take_length(const unsigned char **at, const unsigned char *end, size_t *value)
{
	const unsigned char *from = *at;

	if (end - from < 1 || (*from & 0x80 && end - from < 4))
		return false;
	*value = *from & 0x80 ? (size_t)(from[0] & 0x7f) << 24 | (size_t)from[1] << 16 |
	                            (size_t)from[2] << 8 | from[3]
	                      : *from;
	*at += *from & 0x80 ? 4 : 1;
	return true;
}

/*
 * Is every name and value as long as it claims? libfcgi allocates the claimed length, up to 2 GB,
 * and ends the program if that fails or if the sum of two lengths overflows.  Here that would end
 * every stream.
 */
static bool pairs_fit(const unsigned char *at, size_t length)
{
	const unsigned char *end = at + length;
	size_t name, value;

	while (at < end) {
		if (!take_length(&at, end, &name) || !take_length(&at, end, &value) ||
		    name > (size_t)(end - at) || value > (size_t)(end - at) - name)
			return false;
		at += name + value;
	}
	return true;
}

enum wire_state wire_look(const unsigned char *bytes, size_t length)
{
	static unsigned char pairs[WIRE_REQUEST_MOST];
	size_t at = 0, pairs_length = 0;

	while (length - at >= HEADER) {
		const unsigned char *head = bytes + at;
		size_t content = (size_t)head[4] << 8 | head[5];
		size_t whole = HEADER + content + head[6];

		if (head[0] != 1 || head[2] != 0 || head[3] != WIRE_REQUEST_ID)
			return WIRE_BROKEN;
		if (at == 0 ? head[1] != BEGIN_REQUEST || content != 8 : head[1] != PARAMS)
			return WIRE_BROKEN;
		/*
		 * libfcgi (ProcessBeginRecord) takes the padding of this one for the next record,
		 * and could wait for bytes that never come. nginx, Apache and lighttpd send none.
		 */
		if (at == 0 && head[6] != 0)
			return WIRE_BROKEN;
		if (length - at < whole)
			break;
		if (at > 0 && content == 0)
			return pairs_fit(pairs, pairs_length) ? WIRE_COMPLETE : WIRE_BROKEN;
		if (at == 0 && (head[8] != 0 || head[9] != RESPONDER))
			return WIRE_BROKEN;
		if (at > 0) {
			memcpy(pairs + pairs_length, head + HEADER, content);
			pairs_length += content;
		}
		at += whole;
	}
	return length >= WIRE_REQUEST_MOST ? WIRE_BROKEN : WIRE_PARTIAL;
}

static unsigned char *put_head(unsigned char *to, unsigned char type, size_t content)
{
	const unsigned char head[HEADER] = {
	    1, type, 0, WIRE_REQUEST_ID, (unsigned char)(content >> 8), (unsigned char)content,
	    0, 0};

	memcpy(to, head, HEADER);
	return to + HEADER;
}

static struct chunk *make(const char *text, size_t length, bool is_last)
{
	size_t records = (length + RECORD_MOST - 1) / RECORD_MOST;
	size_t whole = length + records * HEADER + (is_last ? HEADER + HEADER + 8 : 0);
	struct chunk *chunk = malloc(sizeof *chunk + whole);
	unsigned char *to;

	if (!chunk)
		return NULL;
	chunk->references = 1;
	chunk->length = (unsigned)whole;
	to = chunk->bytes;
	while (length > 0) {
		size_t part = length > RECORD_MOST ? RECORD_MOST : length;

		to = put_head(to, STDOUT, part);
		memcpy(to, text, part);
		to += part;
		text += part;
		length -= part;
	}
	if (is_last) {
		to = put_head(to, STDOUT, 0);
		to = put_head(to, END_REQUEST, 8);
		memset(to, 0, 8); /* application status 0, request complete */
	}
	return chunk;
}

struct chunk *chunk_text(const char *text, size_t length)
{
	return make(text, length, false);
}

struct chunk *chunk_last(const char *text, size_t length)
{
	return make(text, length, true);
}

struct chunk *chunk_keep(struct chunk *chunk)
{
	chunk->references++;
	return chunk;
}

void chunk_drop(struct chunk *chunk)
{
	if (chunk && --chunk->references == 0)
		free(chunk);
}
