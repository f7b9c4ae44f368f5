/*
 * Requests for the fuzz targets of the two sockets.  Input that begins with the byte 1 is taken as
 * FastCGI as it is; any other as lines NAME=VALUE up to an empty one and a body, which are packed
 * properly, so that what lies behind the protocol is reached too.
 */
#ifndef SILO_FUZZ_FASTCGI_H
#define SILO_FUZZ_FASTCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED_MOST = 160000, PART_MOST = 4000 };

struct packed {
	uint8_t bytes[PACKED_MOST];
	size_t length;
};

static void pack_record(struct packed *to, uint8_t type, const uint8_t *content, size_t length)
{
	const uint8_t head[8] = {1, type, 0, 1, (uint8_t)(length >> 8), (uint8_t)length, 0, 0};

	if (to->length + 8 + length > PACKED_MOST)
		return;
	memcpy(to->bytes + to->length, head, 8);
	if (length > 0)
		memcpy(to->bytes + to->length + 8, content, length);
	to->length += 8 + length;
}

/* Content of any length, in records. */
static void pack_stream(struct packed *to, uint8_t type, const uint8_t *content, size_t length)
{
	while (length > 0) {
		size_t part = length > PART_MOST ? PART_MOST : length;

		pack_record(to, type, content, part);
		content += part;
		length -= part;
	}
	pack_record(to, type, NULL, 0);
}

static void put_size(uint8_t *to, size_t size)
{
	to[0] = (uint8_t)(0x80 | size >> 24);
	to[1] = (uint8_t)(size >> 16);
	to[2] = (uint8_t)(size >> 8);
	to[3] = (uint8_t)size;
}

/*
 * A parameter that claims to be 2 GB long makes libfcgi end the program: that worker dies and is
 * replaced, which is known.  Without bytes above 0x80 in what is sent raw no length is above 16 MB.
 */
static void tame(struct packed *packed)
{
	for (size_t i = 0; i < packed->length; i++)
		if (packed->bytes[i] > 0x80)
			packed->bytes[i] = 0x80;
}

static void pack(struct packed *to, const uint8_t *data, size_t size)
{
	static const uint8_t begin[8] = {0, 1};
	uint8_t *pairs = malloc(size * 10 + 16);
	size_t at = 0, used = 0;

	to->length = 0;
	if (size > 0 && data[0] == 1) {
		to->length = size < PACKED_MOST ? size : PACKED_MOST;
		memcpy(to->bytes, data, to->length);
		free(pairs);
		return;
	}
	pack_record(to, 1, begin, sizeof begin);
	while (at < size && data[at] != '\n') {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t line = end ? (size_t)(end - (data + at)) : size - at;
		const uint8_t *is = memchr(data + at, '=', line);
		size_t name = is ? (size_t)(is - (data + at)) : line;
		size_t value = is ? line - name - 1 : 0;

		put_size(pairs + used, name);
		put_size(pairs + used + 4, value);
		memcpy(pairs + used + 8, data + at, name);
		if (value > 0)
			memcpy(pairs + used + 8 + name, is + 1, value);
		used += 8 + name + value;
		at += line + (end != NULL);
	}
	pack_stream(to, 4, pairs, used);
	if (at < size)
		at++;
	pack_stream(to, 5, data + at, size - at);
	free(pairs);
}

#endif
