/*
 * JSON bodies: what is taken, what is malformed (400) and what is well-formed but wrong (422).
 */
#include "config.h"
#include "api/members.h"
#include "http/body.h"
#include "request.h"
#include "run.h"

static struct request *rq;
static json_object *object;

static void setup(void)
{
	static char *none[] = {NULL};

	request_arena = arena_new();
	rq = request_of(none);
	begin(rq);
}

static void teardown(void)
{
	arena_free(request_arena);
}

static const char *parsed(const char *text, size_t length)
{
	rq->failure = NULL;
	body_parse(rq, text, length, &object);
	return refusal(rq);
}

static void given(const char *text)
{
	ck_assert_str_eq(parsed(text, strlen(text)), "fine");
}

static void malformed(const char *text, const char *says)
{
	ck_assert_msg(strcmp(parsed(text, strlen(text)), "invalid_json") == 0, "%s", text);
	ck_assert_int_eq(rq->failure->status, 400);
	ck_assert_msg(strstr(rq->failure->body, says) != NULL, "%s: %s", text, rq->failure->body);
}

static void names_field(const char *code, const char *field)
{
	ck_assert_str_eq(refusal(rq), code);
	ck_assert_int_eq(rq->failure->status, strcmp(code, "invalid_part_number") == 0 ? 400 : 422);
	ck_assert_ptr_nonnull(
	    strstr(rq->failure->body, arena_print(request_arena, "\"field\":\"%s\"", field)));
}

START_TEST(malformed_json_names_the_position)
{
	malformed("{\"a\":1", "byte 6");
	malformed("{\"a\":1,}", "\"position\":7");
	malformed("{'a':1}", "byte 1");
	malformed("{\"a\":NaN}", "byte 5");
	malformed("{\"a\":-Infinity}", "byte 6");
	malformed("{\"a\":1.}", "byte 7");
	malformed("{\"a\":01}", "byte");
	malformed("{\"a\":1} x", "byte 8");
	malformed("{\"a\":\"x\ty\"}", "byte 7");
	malformed("{\"a\":/**/1}", "byte");
	malformed("", "byte 0");
	malformed("{a:1}", "byte 1");
}
END_TEST

START_TEST(nul_and_invalid_utf8_are_malformed)
{
	malformed("{\"a\":\"\\u0000\"}", "NUL");
	malformed("{\"a\":\"\xff\"}", "UTF-8");
	malformed("{\"a\":\"\xc0\x80\"}", "UTF-8");
	malformed("{\"a\":\"\xed\xa0\x80\"}", "UTF-8");
	ck_assert_str_eq(parsed("{\"a\":1}\0", 8), "invalid_json");
	given("{\"a\":\"\\\\u0000\"}"); /* a backslash and text */
}
END_TEST

START_TEST(duplicate_keys_are_malformed_at_any_depth)
{
	malformed("{\"a\":1,\"a\":2}", "two members");
	malformed("{\"a\":{\"b\":1,\"b\":1}}", "two members");
	malformed("[{\"a\":1},{\"a\":1,\"a\":1}]", "two members");
	malformed("{\"a\":1,\"\\u0061\":2}", "two members");
	given("{\"a:b\":\"c:d\",\"e\":{\"a:b\":\":\\\":\"}}");
}
END_TEST

START_TEST(nesting_ends_at_32)
{
	char deep[200] = "";

	for (int i = 0; i < 31; i++)
		strcat(deep, "[");
	for (int i = 0; i < 31; i++)
		strcat(deep, "]");
	given(deep);
	memset(deep, '[', 199);
	malformed(deep, "byte");
}
END_TEST

START_TEST(texts_are_counted_in_characters)
{
	const char *value = NULL;

	given("{\"c\":\"\xc3\xbc\xc3\xbc\",\"n\":null,\"i\":5}");
	ck_assert(body_text_member(rq, object, "c", 2, &value));
	ck_assert_str_eq(value, "\xc3\xbc\xc3\xbc");
	ck_assert(!body_text_member(rq, object, "c", 1, &value));
	names_field("invalid_value", "c");
	value = "kept";
	ck_assert(body_text_member(rq, object, "n", 5, &value));
	ck_assert(body_text_member(rq, object, "absent", 5, &value));
	ck_assert_str_eq(value, "kept");
	ck_assert(!body_text_member(rq, object, "i", 5, &value));
	names_field("invalid_value", "i");
}
END_TEST

START_TEST(numbers_are_whole_and_in_range)
{
	const char *value = NULL;

	given("{\"a\":60,\"b\":1.5,\"c\":\"60\",\"d\":99999999999999999999,\"e\":1e2,\"f\":true}");
	ck_assert(body_number_member(rq, object, "a", 60, 100, &value));
	ck_assert_str_eq(value, "60");
	for (const char *name = "bcdef"; *name; name++) {
		const char one[2] = {*name, '\0'};

		ck_assert_msg(!body_number_member(rq, object, one, 0, INT32_MAX, &value), "%s",
		              one);
		names_field("invalid_value", one);
	}
	ck_assert(!body_number_member(rq, object, "a", 61, 100, &value));
	ck_assert(!body_number_member(rq, object, "a", 0, 59, &value));
}
END_TEST

START_TEST(flags_and_objects_have_their_type)
{
	const char *value = NULL;
	bool flag = false;

	given("{\"t\":true,\"s\":\"true\",\"o\":{\"k\":[1,2.50]},\"a\":[]}");
	ck_assert(body_flag_member(rq, object, "t", &flag) && flag);
	ck_assert(!body_flag_member(rq, object, "s", &flag));
	names_field("invalid_value", "s");
	ck_assert(body_object_member(rq, object, "o", &value));
	ck_assert_str_eq(value, "{\"k\":[1,2.50]}");
	ck_assert(!body_object_member(rq, object, "a", &value));
	names_field("invalid_value", "a");
}
END_TEST

START_TEST(part_numbers_are_a_list_of_valid_ones)
{
	const char *value = NULL;

	given("{\"a\":[\"A01-0001\"],\"b\":[],\"c\":[\"../x\"],\"d\":[1],\"e\":\"A\"}");
	ck_assert(member_part_numbers(rq, object, "a", &value));
	ck_assert_str_eq(value, "[\"A01-0001\"]");
	for (const char *name = "bcde"; *name; name++) {
		const char one[2] = {*name, '\0'};

		ck_assert(!member_part_numbers(rq, object, one, &value));
		names_field(*name == 'c' ? "invalid_part_number" : "invalid_value", one);
	}
	ck_assert(!body_needs(rq, "part_numbers", NULL));
	names_field("missing_value", "part_numbers");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, malformed_json_names_the_position);
	tcase_add_test(tests, nul_and_invalid_utf8_are_malformed);
	tcase_add_test(tests, duplicate_keys_are_malformed_at_any_depth);
	tcase_add_test(tests, nesting_ends_at_32);
	tcase_add_test(tests, texts_are_counted_in_characters);
	tcase_add_test(tests, numbers_are_whole_and_in_range);
	tcase_add_test(tests, flags_and_objects_have_their_type);
	tcase_add_test(tests, part_numbers_are_a_list_of_valid_ones);
}

int main(void)
{
	return run_tests("body", add);
}
