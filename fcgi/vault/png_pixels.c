/*
 * PNG pixels: inflated into one small buffer and counted row by row (ISO 15948, 7 to 10).
 */
#include "config.h"
#include "vault/png_pixels.h"

enum {
	FILTERS = 5,
	PASSES = 7,
	BYTES_MAXIMUM =
	    80 * 1024 * 1024 /* a square of 4096 pixels of four bytes fits, packed small */
};

/* Where the pixels of each pass of an interlaced picture begin, and how far apart they are. */
static const struct {
	uint32_t column, row, columns, rows;
} passes[PASSES] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                    {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

static uint32_t pieces(uint32_t length, uint32_t from, uint32_t step)
{
	return length > from ? (length - from + step - 1) / step : 0;
}

static unsigned int bits_of_pixel(const struct png_shape *shape)
{
	static const unsigned char samples[7] = {1, 0, 3, 1, 2, 0, 4};

	return shape->depth * (unsigned int)samples[shape->colour];
}

static uint32_t columns_of(const struct png_shape *shape, unsigned int pass)
{
	if (!shape->interlaced)
		return pass == 0 ? shape->width : 0;
	return pieces(shape->width, passes[pass].column, passes[pass].columns);
}

/* None in a pass that has no column. */
static uint32_t rows_of(const struct png_shape *shape, unsigned int pass)
{
	if (columns_of(shape, pass) == 0)
		return 0;
	if (!shape->interlaced)
		return shape->height;
	return pieces(shape->height, passes[pass].row, passes[pass].rows);
}

static size_t row_bytes(const struct png_shape *shape, unsigned int pass)
{
	return ((size_t)columns_of(shape, pass) * bits_of_pixel(shape) + 7) / 8;
}

/* Moves to a pass with a row left; false if all rows have come. */
static bool find_row(struct png_pixels *pixels)
{
	while (pixels->rows == 0 && ++pixels->pass < PASSES)
		pixels->rows = rows_of(&pixels->shape, pixels->pass);
	return pixels->pass < PASSES;
}

bool png_pixels_begin(struct png_pixels *pixels, const struct png_shape *shape)
{
	*pixels = (struct png_pixels){.shape = *shape, .rows = rows_of(shape, 0)};
	if (shape->height * (row_bytes(&(struct png_shape){.width = shape->width,
	                                                   .depth = shape->depth,
	                                                   .colour = shape->colour},
	                               0) +
	                     1) >
	    BYTES_MAXIMUM)
		return false;
	pixels->is_open = inflateInit(&pixels->packed) == Z_OK;
	return pixels->is_open;
}

static bool take_rows(struct png_pixels *pixels, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		size_t taken = pixels->left < length ? pixels->left : length;

		if (taken == 0) { /* a row begins with its filter */
			if (!find_row(pixels) || *bytes >= FILTERS)
				return false;
			pixels->rows--;
			pixels->left = row_bytes(&pixels->shape, pixels->pass);
			taken = 1;
		} else {
			pixels->left -= taken;
		}
		bytes += taken;
		length -= taken;
	}
	return true;
}

bool png_pixels_take(struct png_pixels *pixels, const unsigned char *bytes, size_t length)
{
	unsigned char rows[16384];
	int told = Z_OK;

	if (!pixels->is_open || (pixels->is_whole && length > 0))
		return false;
	pixels->packed.next_in = (Bytef *)(uintptr_t)bytes;
	pixels->packed.avail_in = (uInt)length;
	do {
		pixels->packed.next_out = rows;
		pixels->packed.avail_out = sizeof rows;
		told = inflate(&pixels->packed, Z_NO_FLUSH);
		if ((told != Z_OK && told != Z_STREAM_END && told != Z_BUF_ERROR) ||
		    !take_rows(pixels, rows, sizeof rows - pixels->packed.avail_out))
			return false;
	} while (told == Z_OK && pixels->packed.avail_out == 0);
	pixels->is_whole = told == Z_STREAM_END;
	return pixels->packed.avail_in == 0;
}

bool png_pixels_end(struct png_pixels *pixels)
{
	if (pixels->is_open)
		inflateEnd(&pixels->packed);
	pixels->is_open = false;
	return pixels->is_whole && pixels->left == 0 && !find_row(pixels);
}
