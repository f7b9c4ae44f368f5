/*
 * A walk over the chunks of a PNG.  What is stored here is shown to browsers under our own name, so
 * a file that only begins like a picture must not pass.
 */
#include "config.h"
#include "vault/png.h"
#include "vault/png_pixels.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8, CHUNK_FRAME = 12 /* length, type, CRC */, HEADER = 13 };

/* What has been seen so far. */
struct walk {
	bool header, palette, data, data_over, end;
	struct png_shape shape;
	struct png_pixels pixels;
};

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Bit depths that each colour type allows, as a set of bits. */
static bool depth_fits(unsigned char colour, unsigned char depth)
{
	static const unsigned int allowed[7] = {
	    1U << 1 | 1U << 2 | 1U << 4 | 1U << 8 | 1U << 16, /* grey */
	    0,
	    1U << 8 | 1U << 16,                    /* RGB */
	    1U << 1 | 1U << 2 | 1U << 4 | 1U << 8, /* palette */
	    1U << 8 | 1U << 16,                    /* grey, alpha */
	    0,
	    1U << 8 | 1U << 16, /* RGBA */
	};

	return colour < 7 && depth <= 16 && (allowed[colour] >> depth & 1U) != 0;
}

static bool header_is_sane(struct walk *walk, const unsigned char *data, size_t length)
{
	struct png_shape *shape = &walk->shape;

	if (length != HEADER)
		return false;
	*shape = (struct png_shape){big_endian(data), big_endian(data + 4), data[8], data[9],
	                            data[12] == 1};
	return shape->width >= 1 && shape->width <= PNG_SIDE && shape->height >= 1 &&
	       shape->height <= PNG_SIDE && depth_fits(shape->colour, shape->depth) &&
	       data[10] == 0 && data[11] == 0 && data[12] <= 1 &&
	       png_pixels_begin(&walk->pixels, shape);
}

static bool type_is_letters(const unsigned char *type)
{
	for (int i = 0; i < 4; i++)
		if ((type[i] | 0x20) < 'a' || (type[i] | 0x20) > 'z')
			return false;
	return true;
}

/* The order of chunks; ancillary ones (lower-case first letter) may be anywhere inside. */
static bool take_chunk(struct walk *walk, const unsigned char *type, const unsigned char *data,
                       size_t length)
{
	if (memcmp(type, "IHDR", 4) == 0) {
		if (walk->header)
			return false;
		walk->header = true;
		return header_is_sane(walk, data, length);
	}
	if (!walk->header)
		return false;
	if (memcmp(type, "IDAT", 4) == 0) {
		if (walk->data_over || (walk->shape.colour == 3 && !walk->palette))
			return false;
		walk->data = true;
		return png_pixels_take(&walk->pixels, data, length);
	}
	walk->data_over = walk->data;
	if (memcmp(type, "PLTE", 4) == 0) {
		if (walk->palette || walk->data || length == 0 || length % 3 != 0 || length > 768)
			return false;
		walk->palette = true;
		return true;
	}
	if (memcmp(type, "IEND", 4) == 0) {
		walk->end = true;
		return walk->data && length == 0;
	}
	return (type[0] & 0x20) != 0; /* an unknown critical chunk */
}

static bool walk_through(struct walk *walk, const unsigned char *bytes, size_t length)
{
	static const unsigned char signature[SIGNATURE] = {0x89, 'P',  'N',  'G',
	                                                   '\r', '\n', 0x1a, '\n'};
	size_t at = SIGNATURE;

	if (length < SIGNATURE || memcmp(bytes, signature, SIGNATURE) != 0)
		return false;
	while (!walk->end) {
		const unsigned char *chunk = bytes + at;
		uint32_t size;

		if (length - at < CHUNK_FRAME)
			return false;
		size = big_endian(chunk);
		if (size > length - at - CHUNK_FRAME || !type_is_letters(chunk + 4))
			return false;
		if (crc32(crc32(0, NULL, 0), chunk + 4, (uInt)size + 4) !=
		    big_endian(chunk + 8 + size))
			return false;
		if (!take_chunk(walk, chunk + 4, chunk + 8, size))
			return false;
		at += size + CHUNK_FRAME;
	}
	return at == length;
}

bool png_is_well_formed(const unsigned char *bytes, size_t length)
{
	struct walk walk = {0};
	const bool is_sound = walk_through(&walk, bytes, length);

	/* End it in any case: that frees the memory. */
	return png_pixels_end(&walk.pixels) && is_sound;
}
