/*
 * The names of files against the table that the command line and the addon are held against too
 * (t/clients/cases/names.json).
 */
#include "config.h"
#include <json-c/json.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "base/filename.h"
#include "run.h"

enum { NAME_BYTES = 2048 };

static json_object *table, *cases;

static void read_cases(void)
{
	const char *source = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof path, "%s/t/clients/cases/names.json", source ? source : ".");
	table = json_object_from_file(path);
	ck_assert_msg(table != NULL, "%s: %s", path, json_util_get_last_err());
	ck_assert(json_object_object_get_ex(table, "cases", &cases));
	ck_assert_uint_gt(json_object_array_length(cases), 100);
}

static void free_cases(void)
{
	json_object_put(table);
}

static const char *text_of(json_object *row, const char *member)
{
	json_object *value;

	return json_object_object_get_ex(row, member, &value) ? json_object_get_string(value)
	                                                      : NULL;
}

/* The bytes of a row's name. */
static size_t name_of(json_object *row, char name[NAME_BYTES])
{
	const char *hex = text_of(row, "hex");
	json_object *value;
	size_t length;

	memset(name, 0, NAME_BYTES);
	if (hex != NULL) {
		ck_assert_int_eq(sodium_hex2bin((unsigned char *)name, NAME_BYTES, hex, strlen(hex),
		                                NULL, &length, NULL),
		                 0);
		return length;
	}
	ck_assert(json_object_object_get_ex(row, "name", &value));
	length = (size_t)json_object_get_string_len(value);
	ck_assert_uint_lt(length, NAME_BYTES);
	memcpy(name, json_object_get_string(value), length);
	return length;
}

START_TEST(every_name_of_the_table_is_judged_so)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		json_object *row = json_object_array_get_idx(cases, i);
		size_t length = name_of(row, name);
		const char *wanted = text_of(row, "why"), *got = filename_problem(name, length);

		ck_assert_msg((wanted == NULL) == (got == NULL) &&
		                  (got == NULL || strcmp(wanted, got) == 0),
		              "%s: %s", json_object_to_json_string(row), got ? got : "safe");
	}
}
END_TEST

START_TEST(the_server_keeps_the_last_part_of_a_path_if_that_is_safe)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		json_object *row = json_object_array_get_idx(cases, i), *safe;
		const char *wanted = text_of(row, "upload"), *why, *got;
		size_t length = name_of(row, name);

		ck_assert(json_object_object_get_ex(row, "safe", &safe));
		got = filename_clean(name, length, &why);
		ck_assert_msg((got == NULL) == (why != NULL), "%s",
		              json_object_to_json_string(row));
		if (json_object_get_boolean(safe))
			wanted = name;
		ck_assert_msg((wanted == NULL) == (got == NULL) &&
		                  (got == NULL || strcmp(wanted, got) == 0),
		              "%s: %s", json_object_to_json_string(row), got ? got : why);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, read_cases, free_cases);
	tcase_add_test(tests, every_name_of_the_table_is_judged_so);
	tcase_add_test(tests, the_server_keeps_the_last_part_of_a_path_if_that_is_safe);
}

int main(void)
{
	return run_tests("filename", add);
}
