/*
 * The multipart reader and the names of files, as specification.
 */
#include "config.h"
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/filename.h"
#include "http/disposition.h"
#include "http/multipart.h"
#include "memory-reader.h"

/* What the sink was told, in one text: "comment=hello;[a.FCStd]bytes" */
static char told[400000];
static size_t told_length;
static bool sink_refuses;

static void tell(const char *bytes, size_t length)
{
	ck_assert_uint_lt(told_length + length, sizeof told);
	memcpy(told + told_length, bytes, length);
	told_length += length;
	told[told_length] = '\0';
}

static bool on_field(void *to, const char *name, const char *value, size_t length)
{
	(void)to;
	ck_assert_uint_eq(strlen(value), length);
	tell(name, strlen(name));
	tell("=", 1);
	tell(value, length);
	tell(";", 1);
	return true;
}

static bool on_begin(void *to, const char *filename, size_t length)
{
	(void)to;
	ck_assert_uint_eq(strlen(filename), length);
	tell("[", 1);
	tell(filename, length);
	tell("]", 1);
	return !sink_refuses;
}

static bool on_bytes(void *to, const char *bytes, size_t length)
{
	(void)to;
	tell(bytes, length);
	return true;
}

static const struct multipart_sink sink = {NULL, on_field, on_begin, on_bytes};
static const char *why;

static enum multipart_outcome read_in_steps(const char *body, size_t length, size_t step,
                                            size_t breaks_at)
{
	struct memory memory = {body, length, 0, step, breaks_at};
	struct reader reader = {memory_read, &memory};

	told_length = 0;
	told[0] = '\0';
	return multipart_read(&reader, "b", &sink, &why);
}

static const size_t steps[] = {1, 2, 3, 7, 64, 65536};

/* Reads the body in pieces of several sizes; each must tell the same. */
static void expect(const char *body, size_t length, const char *all)
{
	size_t i;

	for (i = 0; i < sizeof steps / sizeof *steps; i++) {
		ck_assert_msg(read_in_steps(body, length, steps[i], 0) == MULTIPART_DONE,
		              "step %zu: %s", steps[i], why);
		ck_assert_str_eq(told, all);
	}
}

static void refuse_bytes(const char *body, size_t length, const char *because)
{
	size_t i;

	for (i = 0; i < sizeof steps / sizeof *steps; i++) {
		ck_assert_int_eq(read_in_steps(body, length, steps[i], 0), MULTIPART_MALFORMED);
		ck_assert_ptr_nonnull(why);
		ck_assert_msg(strstr(why, because) != NULL, "%s / %s", why, because);
	}
}

static void refuse(const char *body, const char *because)
{
	refuse_bytes(body, strlen(body), because);
}

#define FIELD(name, value)                                                                         \
	"--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(names, bytes)                                                                    \
	"--b\r\nContent-Disposition: form-data; " names                                            \
	"\r\nContent-Type: application/octet-stream\r\n\r\n" bytes "\r\n"
#define END "--b--\r\n"

START_TEST(fields_and_the_file_arrive_in_order)
{
	static const char body[] = FIELD("comment", "hello")
	    FILE_PART("name=\"file\"; filename=\"a.FCStd\"", "PK\r\n--c\r\n--")
	        FIELD("base_revision", "3") END;

	expect(body, sizeof body - 1, "comment=hello;[a.FCStd]PK\r\n--c\r\n--base_revision=3;");
}
END_TEST

START_TEST(any_part_with_a_filename_is_the_file)
{
	static const char body[] = FILE_PART("name=whatever; filename=x.bin", "1") END;
	static const char unnamed[] = FILE_PART("filename=x.bin", "1") END;

	expect(body, sizeof body - 1, "[x.bin]1");
	expect(unnamed, sizeof unnamed - 1, "[x.bin]1");
}
END_TEST

START_TEST(empty_values_and_empty_forms_are_fine)
{
	static const char body[] = FIELD("comment", "") FILE_PART("name=f; filename=x", "") END;

	expect(body, sizeof body - 1, "comment=;[x]");
	expect("--b--", 5, "");
	expect("--b--\r\nand more", 15, "");
}
END_TEST

START_TEST(what_looks_like_a_boundary_is_content)
{
	static const char body[] =
	    FILE_PART("name=f; filename=x", "\r\r\n\r\n-\r\n--\r\n--a--b\n--b\r\n") END;

	expect(body, sizeof body - 1, "[x]\r\r\n\r\n-\r\n--\r\n--a--b\n--b\r\n");
}
END_TEST

START_TEST(the_extended_filename_is_preferred_wherever_it_comes)
{
	static const char after[] =
	    FILE_PART("name=f; filename=\"a.x\"; filename*=UTF-8''%C3%A4.x", "1") END;
	static const char before[] =
	    FILE_PART("name=f; filename*=utf-8'de'%C3%A4.x; filename=\"a.x\"", "1") END;

	expect(after, sizeof after - 1, "[ä.x]1");
	expect(before, sizeof before - 1, "[ä.x]1");
}
END_TEST

START_TEST(backslashes_escape_quotes_but_not_windows_paths)
{
	static const char body[] =
	    FILE_PART("name=f; filename=\"C:\\parts\\a \\\"b\\\" \\\\c; d.x\"", "1") END;

	expect(body, sizeof body - 1, "[C:\\parts\\a \"b\" \\c; d.x]1");
}
END_TEST

START_TEST(a_truncated_body_is_refused_at_every_length)
{
	static const char body[] = FIELD("comment", "hello")
	    FILE_PART("name=\"file\"; filename=\"a.FCStd\"", "PK\r\n--c\r\n--")
	        FIELD("base_revision", "3") "--b--";
	size_t length;

	for (length = 0; length < sizeof body - 1; length++) {
		ck_assert_int_eq(read_in_steps(body, length, 5, 0), MULTIPART_MALFORMED);
		ck_assert_ptr_nonnull(why);
	}
}
END_TEST

START_TEST(a_sender_that_goes_away_is_told_apart_from_a_lying_one)
{
	static const char body[] = FIELD("comment", "hello") END;
	size_t length;

	for (length = 1; length < sizeof body - 1; length++)
		ck_assert_int_eq(read_in_steps(body, sizeof body - 1, 1, length), MULTIPART_BROKEN);
}
END_TEST

START_TEST(the_sink_can_stop_it)
{
	static const char body[] = FILE_PART("name=f; filename=x", "1") END;

	sink_refuses = true;
	ck_assert_int_eq(read_in_steps(body, sizeof body - 1, 7, 0), MULTIPART_STOPPED);
	sink_refuses = false;
}
END_TEST

START_TEST(a_second_file_is_refused)
{
	refuse(FILE_PART("name=f; filename=x", "1") FILE_PART("name=g; filename=y", "2") END,
	       "more than one file");
}
END_TEST

START_TEST(lying_headers_are_refused)
{
	refuse("preamble\r\n" FIELD("comment", "x") END, "does not start");
	refuse("--bb\r\n\r\n\r\n" END, "not followed by a line end");
	refuse("--b\r\n\r\nx\r\n" END, "no Content-Disposition");
	refuse("--b\r\nContent-Type: a/b\r\n\r\nx\r\n" END, "no Content-Disposition");
	refuse("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n" END, "not form-data");
	refuse("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n" END, "neither name");
	refuse("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n" END, "can't be read");
	refuse("--b\r\nContent-Disposition: form-data; name=a;; =\r\n\r\nx\r\n" END,
	       "can't be read");
	refuse("--b\r\nContent-Disposition: form-data; name=a b\r\n\r\nx\r\n" END, "can't be read");
	refuse("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n" END,
	       "two names");
	refuse("--b\r\nContent-Disposition: form-data; name=a\r\n folded\r\n\r\nx\r\n" END,
	       "no header");
	refuse("--b\r\nno header\r\n\r\nx\r\n" END, "no header");
	refuse("--b\r\nContent-Disposition: form-data; name=a\r\n"
	       "Content-Disposition: form-data; name=a\r\n\r\nx\r\n" END,
	       "two Content-Dispositions");
	refuse(FILE_PART("name=f; filename=x; filename=y", "1") END, "two filenames");
	refuse(FILE_PART("name=f; filename*=latin1''x", "1") END, "not UTF-8");
	refuse(FILE_PART("name=f; filename*=UTF-8''%0", "1") END, "not UTF-8");
	refuse(FILE_PART("name=f; filename*=UTF-8''a%00b", "1") END, "not UTF-8");
	refuse("--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n"
	       "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n" END,
	       "transfer encoding");
}
END_TEST

START_TEST(a_nul_is_refused_in_headers_and_fields_but_not_in_the_file)
{
	static const char header[] =
	    "--b\r\nContent-Disposition: form-data; name=a\0\r\n\r\nx\r\n" END;
	static const char field[] = FIELD("comment", "a\0b") END;
	static const char file[] = FILE_PART("name=f; filename=x", "a\0b") END;

	refuse_bytes(header, sizeof header - 1, "NUL");
	refuse_bytes(field, sizeof field - 1, "NUL");
	ck_assert_int_eq(read_in_steps(file, sizeof file - 1, 9, 0), MULTIPART_DONE);
	ck_assert_uint_eq(told_length, 3 + 3);
}
END_TEST

/* A body of `count` copies of `piece` between two texts; freed by the caller. */
static char *repeat(const char *before, const char *piece, size_t count, const char *after)
{
	size_t size = strlen(before) + strlen(piece) * count + strlen(after) + 1;
	char *body = malloc(size), *at = body;

	ck_assert_ptr_nonnull(body);
	at = stpcpy(at, before);
	while (count-- > 0)
		at = stpcpy(at, piece);
	stpcpy(at, after);
	return body;
}

/* The limit itself passes, one more is refused. */
static void expect_limit(const char *before, const char *piece, size_t most, const char *after,
                         const char *because)
{
	char *body = repeat(before, piece, most, after);

	ck_assert_msg(read_in_steps(body, strlen(body), 4000, 0) == MULTIPART_DONE, "%s", why);
	free(body);
	body = repeat(before, piece, most + 1, after);
	refuse(body, because);
	free(body);
}

START_TEST(every_length_is_bounded)
{
	static const char head[] = "--b\r\nContent-Disposition: form-data; name=a\r\n";

	expect_limit("", FIELD("a", "x"), MULTIPART_PARTS, END, "too many parts");
	expect_limit("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n", "x", MULTIPART_FIELD,
	             "\r\n" END, "too long");
	/* The block counts from the CRLF of the boundary to the blank line. */
	expect_limit("--b\r\nContent-Disposition: form-data; name=a\r\nX: ", "y",
	             MULTIPART_HEADERS - (sizeof head - 1 - 3 - 2) - 2 - 3, "\r\n\r\nx\r\n" END,
	             "headers of a part are too long");
	expect_limit("--b\r\nContent-Disposition: form-data; name=", "n", MULTIPART_NAME,
	             "\r\n\r\nx\r\n" END, "very long");
	expect_limit("--b--", "e", MULTIPART_EPILOGUE, "", "continues after");
	expect_limit("--b", " ", MULTIPART_BOUNDARY,
	             "\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" END, "blanks");
}
END_TEST

START_TEST(the_boundary_is_read_from_the_content_type)
{
	char boundary[MULTIPART_BOUNDARY + 1];
	char long_type[200];

	ck_assert(multipart_boundary("multipart/form-data; boundary=abc", boundary, &why));
	ck_assert_str_eq(boundary, "abc");
	ck_assert(multipart_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"",
	                             boundary, &why));
	ck_assert_str_eq(boundary, "a b");
	ck_assert(!multipart_boundary("application/octet-stream", boundary, &why));
	ck_assert_ptr_null(why);
	ck_assert(!multipart_boundary("multipart/form-dataset", boundary, &why));
	ck_assert_ptr_null(why);
	ck_assert(!multipart_boundary(NULL, boundary, &why));
	ck_assert_ptr_null(why);
	ck_assert(!multipart_boundary("multipart/form-data", boundary, &why));
	ck_assert_ptr_nonnull(why);
	ck_assert(!multipart_boundary("multipart/form-data; boundary=\"\"", boundary, &why));
	ck_assert(!multipart_boundary("multipart/form-data; boundary=\"a \"", boundary, &why));
	ck_assert(
	    !multipart_boundary("multipart/form-data; boundary=\"a\xc3\xa4\"", boundary, &why));
	snprintf(long_type, sizeof long_type, "multipart/form-data; boundary=%070d", 1);
	ck_assert(multipart_boundary(long_type, boundary, &why));
	snprintf(long_type, sizeof long_type, "multipart/form-data; boundary=%071d", 1);
	ck_assert(!multipart_boundary(long_type, boundary, &why));
}
END_TEST

static const char *clean(const char *sent)
{
	return filename_clean(sent, strlen(sent), &why);
}

START_TEST(only_the_last_component_of_a_filename_is_kept)
{
	ck_assert_str_eq(clean("a.FCStd"), "a.FCStd");
	ck_assert_str_eq(clean("../../etc/passwd"), "passwd");
	ck_assert_str_eq(clean("C:\\parts\\a.FCStd"), "a.FCStd");
	ck_assert_str_eq(clean("C:\\Gehäuse (1).FCStd"), "Gehäuse (1).FCStd");
}
END_TEST

START_TEST(filenames_that_harm_are_refused)
{
	char name[300] = {0};

	ck_assert_ptr_null(clean(""));
	ck_assert_ptr_null(clean("."));
	ck_assert_ptr_null(clean("a/.."));
	ck_assert_ptr_null(clean("a/"));
	ck_assert_ptr_null(clean("a\r\nSet-Cookie: x"));
	ck_assert_ptr_null(clean("a\x7f"));
	ck_assert_ptr_null(clean("a\xc2\x85")); /* C1 */
	ck_assert_ptr_null(clean("a\xff"));
	ck_assert_ptr_null(clean("a\xc0\xaf"));     /* overlong slash */
	ck_assert_ptr_null(clean("a\xed\xa0\x80")); /* surrogate */
	ck_assert_ptr_null(clean("a\xf4\x90\x80\x80"));
	ck_assert_ptr_null(clean("a\xe2\x82")); /* cut short */
	ck_assert_ptr_null(filename_clean("a\0b", 3, &why));
	memset(name, 'x', 256);
	ck_assert_ptr_null(clean(name));
	name[255] = '\0';
	ck_assert_ptr_nonnull(clean(name));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("multipart");
	TCase *reading = tcase_create("reading"), *names = tcase_create("names");
	SRunner *runner;
	int failed;

	tcase_set_timeout(reading, 60);
	tcase_add_test(reading, fields_and_the_file_arrive_in_order);
	tcase_add_test(reading, any_part_with_a_filename_is_the_file);
	tcase_add_test(reading, empty_values_and_empty_forms_are_fine);
	tcase_add_test(reading, what_looks_like_a_boundary_is_content);
	tcase_add_test(reading, the_extended_filename_is_preferred_wherever_it_comes);
	tcase_add_test(reading, backslashes_escape_quotes_but_not_windows_paths);
	tcase_add_test(reading, a_truncated_body_is_refused_at_every_length);
	tcase_add_test(reading, a_sender_that_goes_away_is_told_apart_from_a_lying_one);
	tcase_add_test(reading, the_sink_can_stop_it);
	tcase_add_test(reading, a_second_file_is_refused);
	tcase_add_test(reading, lying_headers_are_refused);
	tcase_add_test(reading, a_nul_is_refused_in_headers_and_fields_but_not_in_the_file);
	tcase_add_test(reading, every_length_is_bounded);
	tcase_add_test(names, the_boundary_is_read_from_the_content_type);
	tcase_add_test(names, only_the_last_component_of_a_filename_is_kept);
	tcase_add_test(names, filenames_that_harm_are_refused);
	suite_add_tcase(suite, reading);
	suite_add_tcase(suite, names);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
