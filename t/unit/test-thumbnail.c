/*
 * Thumbnails, as specification: what is taken out of an archive, what is not, and what a hostile
 * one may cost.
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

START_TEST(an_entry_of_exactly_the_limit_passes_one_byte_more_does_not)
{
	struct bytes png = {0};
	unsigned char *filler = calloc(1, THUMBNAIL_BYTES);
	struct entry entry;
	const unsigned char pixel[2] = {0, 0}; /* behind its row's filter */
	unsigned char data[64];
	uLongf packed = sizeof data;
	size_t length;
	int extra;

	ck_assert_int_eq(compress(data, &packed, pixel, sizeof pixel), Z_OK);
	length = THUMBNAIL_BYTES - (8 + 25 + 12 + 12 + 12) - packed;
	for (extra = 0; extra <= 1; extra++) {
		png = (struct bytes){0};
		put(&png, PNG_SIGNATURE, 8);
		put_header(&png, 1, 1, 8, 0);
		put_chunk(&png, "teXt", filler, length + (size_t)extra);
		put_chunk(&png, "IDAT", data, packed);
		put_chunk(&png, "IEND", "", 0);
		entry = stored_entry(&png);
		if (extra == 0)
			expect_png(&entry, &png);
		else
			expect_none(&entry, 1);
		free(png.at);
	}
	free(filler);
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
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
