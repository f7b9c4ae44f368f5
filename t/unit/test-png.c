/*
 * PNGs, as specification: which header, chunks and pixels are taken.
 */
#include "config.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "vault/png.h"
#include "zip-writer.h"

struct shape {
	uint32_t width, height;
	unsigned char depth, colour, interlace;
};

/* The pass that the pixel belongs to in an interlaced picture, as the standard draws it. */
static int pass_of(uint32_t column, uint32_t row)
{
	static const char picture[8][9] = {"16462646", "77777777", "56565656", "77777777",
	                                   "36463646", "77777777", "56565656", "77777777"};

	return picture[row % 8][column % 8] - '1';
}

static size_t bits_of(const struct shape *shape)
{
	static const size_t samples[] = {1, 1, 3, 1, 2, 1, 4};

	return shape->depth * samples[shape->colour % 7];
}

/* All pixels of the picture, not yet packed: zeros, and so is each row's filter. */
static struct bytes pixels_of(const struct shape *shape)
{
	struct bytes out = {0};

	for (int pass = 0; pass < (shape->interlace ? 7 : 1); pass++) {
		for (uint32_t row = 0; row < shape->height; row++) {
			size_t count = 0, length;

			for (uint32_t column = 0; shape->interlace && column < shape->width;
			     column++)
				count += pass_of(column, row) == pass;
			length =
			    ((shape->interlace ? count : shape->width) * bits_of(shape) + 7) / 8;
			if (length > 0) {
				char *zeros = calloc(1, length + 1);

				put(&out, zeros, length + 1);
				free(zeros);
			}
		}
	}
	return out;
}

/* As zlib does it; frees what is given. */
static struct bytes zlib_packed(struct bytes pixels)
{
	uLongf length = compressBound(pixels.length);
	struct bytes out = {malloc(length + 1), 0, length + 1};

	ck_assert_int_eq(compress(out.at, &length, pixels.at, pixels.length), Z_OK);
	out.length = length;
	free(pixels.at);
	return out;
}

static bool passes_with(const struct shape *shape, const char *chunks, struct bytes data)
{
	struct bytes png = {0};
	size_t pieces = 0, sent = 0;
	bool fine;

	for (const char *at = chunks; *at != '\0'; at += 4)
		pieces += memcmp(at, "IDAT", 4) == 0;
	put(&png, PNG_SIGNATURE, 8);
	put_shape(&png, shape->width, shape->height, shape->depth, shape->colour, shape->interlace);
	for (; *chunks != '\0'; chunks += 4) {
		size_t length = memcmp(chunks, "IEND", 4) == 0 ? 0 : 3;

		if (memcmp(chunks, "IDAT", 4) == 0) {
			length = (data.length - sent) / pieces--;
			put_chunk(&png, "IDAT", data.at + sent, length);
			sent += length;
		} else {
			put_chunk(&png, chunks, "abc", length);
		}
	}
	fine = png_is_well_formed(png.at, png.length);
	free(png.at);
	free(data.at);
	return fine;
}

/* A PNG of the given header and chunk order, its pixels over all IDATs, and whether it passes. */
static bool passes(uint32_t width, uint32_t height, unsigned char depth, unsigned char colour,
                   const char *chunks)
{
	const struct shape shape = {width, height, depth, colour, 0};
	const struct shape drawn = {width > 5000 ? 1 : width, height > 5000 ? 1 : height, depth,
	                            colour, 0};

	return passes_with(&shape, chunks, zlib_packed(pixels_of(&drawn)));
}

START_TEST(a_png_has_a_sane_header_and_its_chunks_in_order)
{
	ck_assert(passes(4096, 4096, 8, 6, "IDATIDATIEND"));
	ck_assert(passes(1, 1, 8, 3, "tEXtPLTEtRNSIDATtIMEIEND"));
	ck_assert(!passes(4097, 1, 8, 6, "IDATIEND"));
	ck_assert(!passes(1, 4097, 8, 6, "IDATIEND"));
	ck_assert(!passes(0, 1, 8, 6, "IDATIEND"));
	ck_assert(!passes(0x80000001, 1, 8, 6, "IDATIEND"));
	ck_assert(!passes(1, 1, 4, 6, "IDATIEND"));
	ck_assert(!passes(1, 1, 8, 1, "IDATIEND"));
	ck_assert(!passes(1, 1, 8, 255, "IDATIEND"));
	ck_assert(!passes(1, 1, 8, 6, "IEND"));
	ck_assert(!passes(1, 1, 8, 6, "IDAT"));
	ck_assert(!passes(1, 1, 8, 6, "IDATtEXtIDATIEND"));
	ck_assert(!passes(1, 1, 8, 6, "IDATIENDtEXt"));
	ck_assert(!passes(1, 1, 8, 6, "IDATEVILIEND"));
	ck_assert(!passes(1, 1, 8, 6, "IDAT<b> IEND"));
	ck_assert(!passes(1, 1, 8, 3, "IDATIEND"));
	ck_assert(!passes(1, 1, 8, 6, "IDATPLTEIEND"));
	ck_assert(!passes(1, 1, 8, 6, "PLTEPLTEIDATIEND"));
}
END_TEST

START_TEST(pixels_of_every_shape_are_counted)
{
	static const unsigned char shapes[][2] = {{1, 0}, {2, 0},  {4, 0},  {8, 0}, {16, 0},
	                                          {8, 2}, {16, 2}, {1, 3},  {2, 3}, {4, 3},
	                                          {8, 3}, {8, 4},  {16, 4}, {8, 6}, {16, 6}};
	struct shape shape;

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		for (uint32_t size = 0; size < 2 * 100; size++) {
			const char *chunks =
			    shapes[i][1] == 3 ? "PLTEIDATIDATIEND" : "IDATIDATIDATIEND";

			shape = (struct shape){size / 2 % 10 + 1, size / 20 + 1, shapes[i][0],
			                       shapes[i][1], size % 2};
			ck_assert(passes_with(&shape, chunks, zlib_packed(pixels_of(&shape))));
		}
	}
}
END_TEST

/* The pixels of a picture of 3 by 2 grey ones, changed by one byte at its end, or at `place`. */
static struct bytes changed(int more, size_t place, unsigned char value)
{
	struct bytes pixels = pixels_of(&(struct shape){3, 2, 8, 0, 0});

	if (more > 0)
		put(&pixels, "", 1);
	if (more < 0)
		pixels.length--;
	pixels.at[place] = value;
	return zlib_packed(pixels);
}

START_TEST(pixels_that_are_not_those_of_the_header_are_refused)
{
	const struct shape shape = {3, 2, 8, 0, 0};
	struct bytes bomb = {calloc(1, 50000000), 50000000, 50000000}, raw = {0}, data;
	const char *chunks = "IDATIEND";

	ck_assert(passes_with(&shape, chunks, changed(0, 1, 200)));
	ck_assert(passes_with(&shape, chunks, changed(0, 4, 4)));
	ck_assert(!passes_with(&shape, chunks, changed(0, 4, 5))); /* no such filter */
	ck_assert(!passes_with(&shape, chunks, changed(-1, 0, 0)));
	ck_assert(!passes_with(&shape, chunks, changed(1, 0, 0)));
	ck_assert(!passes_with(&shape, chunks, zlib_packed(bomb)));
	/* Not as zlib packs: as archives do, not at all, a preset dictionary. */
	data = pixels_of(&shape);
	ck_assert(!passes_with(&shape, chunks, deflated(data.at, data.length)));
	ck_assert(!passes_with(&shape, chunks, data));
	put(&raw, "<script>", 8);
	ck_assert(!passes_with(&shape, chunks, raw));
	data = changed(0, 0, 0);
	data.at[1] = 0xbb;
	ck_assert(!passes_with(&shape, chunks, data));
	/* Something behind it, its checksum wrong, cut, nothing. */
	data = changed(0, 0, 0);
	put(&data, "x", 1);
	ck_assert(!passes_with(&shape, chunks, data));
	data = changed(0, 0, 0);
	data.at[data.length - 1] ^= 1;
	ck_assert(!passes_with(&shape, chunks, data));
	data = changed(0, 0, 0);
	data.length--;
	ck_assert(!passes_with(&shape, chunks, data));
	data = changed(0, 0, 0);
	data.length = 0;
	ck_assert(!passes_with(&shape, chunks, data));
}
END_TEST

START_TEST(a_picture_of_too_many_bytes_is_none)
{
	/* 4096 by 4096, eight bytes each: no thumbnail, and half a second of unpacking. */
	ck_assert(!passes(4096, 4096, 16, 6, "IDATIEND"));
	ck_assert(passes(2048, 4096, 16, 6, "IDATIEND"));
}
END_TEST

START_TEST(a_png_with_any_one_bit_wrong_or_cut_anywhere_is_refused)
{
	struct bytes png = small_png();
	size_t i;

	ck_assert(png_is_well_formed(png.at, png.length));
	for (i = 0; i < png.length * 8; i++) {
		png.at[i / 8] = (unsigned char)(png.at[i / 8] ^ 1U << i % 8);
		ck_assert(!png_is_well_formed(png.at, png.length));
		png.at[i / 8] = (unsigned char)(png.at[i / 8] ^ 1U << i % 8);
	}
	for (i = 0; i < png.length; i++)
		ck_assert(!png_is_well_formed(png.at, i));
	put(&png, "x", 1);
	ck_assert(!png_is_well_formed(png.at, png.length));
	free(png.at);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("png");
	TCase *all = tcase_create("png");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_test(all, a_png_has_a_sane_header_and_its_chunks_in_order);
	tcase_add_test(all, pixels_of_every_shape_are_counted);
	tcase_add_test(all, pixels_that_are_not_those_of_the_header_are_refused);
	tcase_add_test(all, a_picture_of_too_many_bytes_is_none);
	tcase_add_test(all, a_png_with_any_one_bit_wrong_or_cut_anywhere_is_refused);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
