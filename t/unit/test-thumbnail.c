/*
 * Thumbnails and PNGs, as specification: what is taken, what is not, and what a hostile archive
 * may cost.
 */
#include "config.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "vault/png.h"
#include "vault/thumbnail.h"
#include "zip-writer.h"

enum { STORED = 0, DEFLATED = 8, BZIP2 = 12, ENCRYPTED = 1 };
#define NAME "thumbnails/Thumbnail.png"

/* Reads the thumbnail of an archive in memory; frees the archive. */
static unsigned char *read_from(struct bytes *file, size_t *length)
{
	int descriptor = memfd_create("archive", 0);
	unsigned char *png;

	ck_assert_int_eq(write(descriptor, file->at, file->length), (ssize_t)file->length);
	png = thumbnail_read(descriptor, length);
	ck_assert_int_ge(fcntl(descriptor, F_GETFD), 0); /* still open */
	close(descriptor);
	free(file->at);
	return png;
}

static struct entry stored_entry(const struct bytes *png)
{
	struct entry entry = {NAME, png->at, png->length, png->length, 0, STORED, 0};

	entry.crc = (uint32_t)crc32(0, png->at, (uInt)png->length);
	return entry;
}

static void expect_none(const struct entry *entry, size_t times)
{
	struct bytes file = archive(entry, times);
	size_t length;

	ck_assert_ptr_null(read_from(&file, &length));
}

static void expect_png(const struct entry *entry, const struct bytes *png)
{
	struct bytes file = archive(entry, 1);
	size_t length;
	unsigned char *found = read_from(&file, &length);

	ck_assert_ptr_nonnull(found);
	ck_assert_uint_eq(length, png->length);
	ck_assert_int_eq(memcmp(found, png->at, length), 0);
	free(found);
}

START_TEST(the_thumbnail_is_found_stored_or_deflated)
{
	struct bytes png = small_png(), packed = deflated(png.at, png.length);
	struct entry entry = stored_entry(&png);

	expect_png(&entry, &png);
	entry.method = DEFLATED;
	entry.data = packed.at;
	entry.length = packed.length;
	expect_png(&entry, &png);
	free(packed.at);
	free(png.at);
}
END_TEST

START_TEST(what_is_no_archive_has_no_thumbnail)
{
	struct bytes png = small_png(), empty = {0}, text = {0}, cut;
	struct entry entry = stored_entry(&png);
	size_t length;

	ck_assert_ptr_null(read_from(&empty, &length));
	put(&text, "ISO-10303-21; a STEP file, long enough to hold an end record", 60);
	ck_assert_ptr_null(read_from(&text, &length));
	cut = archive(&entry, 1);
	cut.length -= 10;
	ck_assert_ptr_null(read_from(&cut, &length));
	entry.name = "thumbnails/Other.png";
	expect_none(&entry, 1);
	free(png.at);
}
END_TEST

START_TEST(lies_encryption_and_strange_methods_are_not_taken)
{
	struct bytes png = small_png();
	struct entry entry = stored_entry(&png);

	entry.flags = ENCRYPTED;
	expect_none(&entry, 1);
	entry = stored_entry(&png);
	entry.method = BZIP2;
	expect_none(&entry, 1);
	entry = stored_entry(&png);
	entry.crc ^= 1;
	expect_none(&entry, 1);
	entry = stored_entry(&png);
	entry.claimed = 0xfffffff0;
	expect_none(&entry, 1);
	entry = stored_entry(&png);
	entry.claimed = 0;
	expect_none(&entry, 1);
	free(png.at);
}
END_TEST

/* Processor seconds and peak memory (KiB) that reading the archive took. */
static void measure(struct bytes *file, double *seconds, long *growth)
{
	struct rusage before, after;
	struct timespec start, end;
	size_t length;

	getrusage(RUSAGE_SELF, &before);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	ck_assert_ptr_null(read_from(file, &length));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	getrusage(RUSAGE_SELF, &after);
	*seconds =
	    (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	*growth = after.ru_maxrss - before.ru_maxrss;
}

START_TEST(a_zip_bomb_costs_little_whatever_it_claims)
{
	size_t size = 512U << 20;
	unsigned char *zeros = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct bytes packed = deflated(zeros, size), file;
	struct entry entry = {NAME, packed.at, packed.length, 100000, 0, DEFLATED, 0};
	double seconds;
	long growth;

	file = archive(&entry, 1);
	measure(&file, &seconds, &growth);
	ck_assert_double_lt(seconds, 1.0);
	ck_assert_int_lt(growth, 64 * 1024);
	free(packed.at);
	munmap(zeros, size);
}
END_TEST

START_TEST(a_million_entries_cost_little)
{
	struct bytes png = small_png(), file;
	struct entry entry = stored_entry(&png);
	double seconds;
	long growth;

	file = archive(&entry, 1000000); /* the record's 16 bits say 16,960 */
	measure(&file, &seconds, &growth);
	ck_assert_double_lt(seconds, 1.0);
	ck_assert_int_lt(growth, 64 * 1024);
	expect_none(&entry, ARCHIVE_ENTRIES + 1);
	free(png.at);
}
END_TEST

START_TEST(many_end_records_cost_little)
{
	struct bytes png = small_png(), file, two;
	struct entry entry = stored_entry(&png);
	size_t length, i;
	double seconds;
	long growth;

	file = archive(&entry, 1);
	for (i = 0; i < 3000; i++)
		put(&file, "PK\5\6\0\0\0\0\1\0\1\0\x46\0\0\0\0\0\0\0\0\0", 22);
	measure(&file, &seconds, &growth);
	ck_assert_double_lt(seconds, 1.0);
	two = archive(&entry, 1);
	put(&two, "PK\5\6\0\0\0\0\1\0\1\0\x46\0\0\0\0\0\0\0\0\0", 22);
	ck_assert_ptr_null(read_from(&two, &length));
	free(png.at);
}
END_TEST

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

START_TEST(an_entry_of_exactly_the_limit_passes_one_byte_more_does_not)
{
	struct bytes png = {0};
	unsigned char *filler = calloc(1, THUMBNAIL_BYTES);
	struct entry entry;
	struct bytes data = zlib_packed(pixels_of(&(struct shape){1, 1, 8, 0, 0}));
	size_t length = THUMBNAIL_BYTES - (8 + 25 + 12 + 12 + 12) - data.length;
	int extra;

	for (extra = 0; extra <= 1; extra++) {
		png = (struct bytes){0};
		put(&png, PNG_SIGNATURE, 8);
		put_header(&png, 1, 1, 8, 0);
		put_chunk(&png, "teXt", filler, length + (size_t)extra);
		put_chunk(&png, "IDAT", data.at, data.length);
		put_chunk(&png, "IEND", "", 0);
		entry = stored_entry(&png);
		if (extra == 0)
			expect_png(&entry, &png);
		else
			expect_none(&entry, 1);
		free(png.at);
	}
	free(data.at);
	free(filler);
}
END_TEST

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
	Suite *suite = suite_create("thumbnail");
	TCase *all = tcase_create("thumbnail");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_test(all, the_thumbnail_is_found_stored_or_deflated);
	tcase_add_test(all, what_is_no_archive_has_no_thumbnail);
	tcase_add_test(all, lies_encryption_and_strange_methods_are_not_taken);
	tcase_add_test(all, a_zip_bomb_costs_little_whatever_it_claims);
	tcase_add_test(all, a_million_entries_cost_little);
	tcase_add_test(all, many_end_records_cost_little);
	tcase_add_test(all, an_entry_of_exactly_the_limit_passes_one_byte_more_does_not);
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
