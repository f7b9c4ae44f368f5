/*
 * The pixels of a PNG, as far as a checker needs them: packed in zlib's format, of exactly the
 * length that the header promises, each row with a known filter.  Takes the data piece by piece and
 * keeps none of it.
 */
#ifndef SILO_VAULT_PNG_PIXELS_H
#define SILO_VAULT_PNG_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/* A sane header (png.c judges that); `colour` and `depth` as ISO 15948 numbers them. */
struct png_shape {
	uint32_t width, height;
	unsigned char depth, colour;
	bool interlaced;
};

struct png_pixels {
	struct png_shape shape;
	z_stream packed;
	bool is_open, is_whole;
	unsigned int pass; /* of an interlaced picture, from 0 */
	uint32_t rows;     /* still to come in this pass */
	size_t left;       /* bytes of the row at hand, without its filter */
};

/* False if memory is out, or if the picture has more bytes than a thumbnail needs. */
bool png_pixels_begin(struct png_pixels *pixels, const struct png_shape *shape);

/* False if this is not zlib data, contains more than the picture, or names an unknown filter. */
bool png_pixels_take(struct png_pixels *pixels, const unsigned char *bytes, size_t length);

/* Frees all memory, even if nothing was begun; true if every pixel has come. */
bool png_pixels_end(struct png_pixels *pixels);

#endif
