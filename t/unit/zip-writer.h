/*
 * Archives by hand for the thumbnail tests and the fuzz corpus: libzip would not write the lies.
 * One growing buffer; local headers first, then the central directory and its end record.
 */
#ifndef SILO_T_ZIP_WRITER_H
#define SILO_T_ZIP_WRITER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct bytes {
	unsigned char *at;
	size_t length, room;
};

static inline void put(struct bytes *out, const void *bytes, size_t length)
{
	if (out->length + length > out->room) {
		out->room = (out->length + length) * 2;
		out->at = realloc(out->at, out->room);
		if (out->at == NULL)
			abort();
	}
	if (length > 0)
		memcpy(out->at + out->length, bytes, length);
	out->length += length;
}

static inline void put_little(struct bytes *out, uint64_t value, int size)
{
	unsigned char byte;

	for (; size > 0; size--, value >>= 8) {
		byte = (unsigned char)value;
		put(out, &byte, 1);
	}
}

static inline void put_big(struct bytes *out, uint32_t value)
{
	unsigned char four[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
	                         (unsigned char)(value >> 8), (unsigned char)value};

	put(out, four, 4);
}

struct entry {
	const char *name;
	const unsigned char *data; /* as stored */
	size_t length;
	uint64_t claimed; /* uncompressed size in both headers */
	uint32_t crc;
	unsigned int method, flags;
};

static inline void put_common(struct bytes *out, const struct entry *entry)
{
	put_little(out, 20, 2);
	put_little(out, entry->flags, 2);
	put_little(out, entry->method, 2);
	put_little(out, 0, 4);
	put_little(out, entry->crc, 4);
	put_little(out, entry->length, 4);
	put_little(out, entry->claimed, 4);
	put_little(out, strlen(entry->name), 2);
	put_little(out, 0, 2);
}

/* A whole archive of the one entry, repeated `times` in the directory. */
static inline struct bytes archive(const struct entry *entry, size_t times)
{
	struct bytes out = {0};
	size_t directory, i;

	put(&out, "PK\3\4", 4);
	put_common(&out, entry);
	put(&out, entry->name, strlen(entry->name));
	put(&out, entry->data, entry->length);
	directory = out.length;
	for (i = 0; i < times; i++) {
		put(&out, "PK\1\2", 4);
		put_little(&out, 20, 2);
		put_common(&out, entry);
		put_little(&out, 0, 2 + 2 + 2 + 4 + 4);
		put(&out, entry->name, strlen(entry->name));
	}
	i = out.length - directory;
	put(&out, "PK\5\6", 4);
	put_little(&out, 0, 4);
	put_little(&out, times & 0xffff, 2);
	put_little(&out, times & 0xffff, 2);
	put_little(&out, i, 4);
	put_little(&out, directory, 4);
	put_little(&out, 0, 2);
	return out;
}

/* Raw deflate, as archives hold it; not every test packs. */
static inline struct bytes deflated(const unsigned char *data, size_t length)
{
	struct bytes out = {0};
	z_stream stream = {0};

	if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	out.room = deflateBound(&stream, length);
	out.at = malloc(out.room);
	stream.next_in = (unsigned char *)(uintptr_t)data;
	stream.avail_in = (uInt)length;
	stream.next_out = out.at;
	stream.avail_out = (uInt)out.room;
	if (out.at == NULL || deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	out.length = stream.total_out;
	deflateEnd(&stream);
	return out;
}

static inline void put_chunk(struct bytes *out, const char *type, const void *data, size_t length)
{
	size_t from = out->length + 4;

	put_big(out, (uint32_t)length);
	put(out, type, 4);
	put(out, data, length);
	put_big(out, (uint32_t)crc32(0, out->at + from, (uInt)(out->length - from)));
}

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

static inline void put_shape(struct bytes *out, uint32_t width, uint32_t height,
                             unsigned char depth, unsigned char colour, unsigned char interlace)
{
	struct bytes data = {0};

	put_big(&data, width);
	put_big(&data, height);
	put(&data, &depth, 1);
	put(&data, &colour, 1);
	put(&data, "\0\0", 2);
	put(&data, &interlace, 1);
	put_chunk(out, "IHDR", data.at, data.length);
	free(data.at);
}

static inline void put_header(struct bytes *out, uint32_t width, uint32_t height,
                              unsigned char depth, unsigned char colour)
{
	put_shape(out, width, height, depth, colour, 0);
}

/* One grey pixel. */
static inline struct bytes small_png(void)
{
	struct bytes out = {0};
	unsigned char packed[64];
	uLongf length = sizeof packed;
	const unsigned char pixel[2] = {0, 128};

	put(&out, PNG_SIGNATURE, 8);
	put_header(&out, 1, 1, 8, 0);
	if (compress(packed, &length, pixel, sizeof pixel) != Z_OK)
		abort();
	put_chunk(&out, "IDAT", packed, length);
	put_chunk(&out, "IEND", "", 0);
	return out;
}

#endif
