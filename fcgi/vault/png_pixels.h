/*
 * The pixels of a PNG, as far as a checker needs them: packed in zlib's format, of exactly the
 * length that the header promises, each row with a filter there is.  Fed piece by piece; nothing of
 * them is kept.
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

/* False without memory, and for a picture of more bytes than a thumbnail needs. */
bool png_pixels_begin(struct png_pixels *pixels, const struct png_shape *shape);

/* False when it is no zlib data, holds more than the picture, or a filter there is none of. */
bool png_pixels_take(struct png_pixels *pixels, const unsigned char *bytes, size_t length);

/* Gives all memory back, also of one that was never begun; true when every pixel has come. */
bool png_pixels_end(struct png_pixels *pixels);

#endif
