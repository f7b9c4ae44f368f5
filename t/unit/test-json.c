/*
 * What is JSON for us: the same with every version of json-c.  One table of texts, each with what
 * is to come of it; the table of RFC 8259's grammar first, then what is refused beyond it.
 */
#include "config.h"
#include "base/json_text.h"
#include "run.h"

#include <string.h>

static const char *const taken[][2] = {
    /* text, what json-c writes of it */
    {"{}", "{}"},
    {" \t\r\n[ ] \t\r\n", "[]"},
    {"null", "null"},
    {"true", "true"},
    {"false", "false"},
    {"\"\"", "\"\""},
    {"{\"\":1}", "{\"\":1}"},
    {"{ \"a\" : [ 1 , { \"b\" : null } ] }", "{\"a\":[1,{\"b\":null}]}"},
    /* Beyond ASCII, raw and escaped. */
    {"{\"comment\":\"T\xc3\xbcr\"}", "{\"comment\":\"T\xc3\xbcr\"}"},
    {"{\"T\xc3\xbcr\":\"\xe2\x82\xac \xf0\x9f\x94\x92\"}",
     "{\"T\xc3\xbcr\":\"\xe2\x82\xac \xf0\x9f\x94\x92\"}"},
    {"\"\\u00fc\\ud83d\\udd12\"", "\"\xc3\xbc\xf0\x9f\x94\x92\""},
    {"\"\\uD83D\\uDD12\"", "\"\xf0\x9f\x94\x92\""},
    {"\"\x7f\"", "\"\x7f\""},
    {"\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
    {"\"\\\\u0000\"", "\"\\\\u0000\""},
    {"\"'//*NaN\"", "\"'\\/\\/*NaN\""},
    /* Numbers. */
    {"0", "0"},
    {"12", "12"},
    {"[-1]", "[-1]"},
    {"[0.50,1.5e3,1E5,1e+2,2e-1]", "[0.50,1.5e3,1E5,1e+2,2e-1]"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"18446744073709551615", "18446744073709551615"},
    /* Longer than 64 bits is JSON all the same; the reader of the value judges it. */
    {"[99999999999999999999]", "[18446744073709551615]"},
    {"[-99999999999999999999]", "[-9223372036854775808]"},
};

static const struct {
	const char *text;
	size_t position;
	const char *reason;
} refused[] = {
    {"", 0, "ends"},
    {" ", 1, "ends"},
    {"{\"a\":1", 6, "ends"},
    {"\"a", 2, "ends"},
    {"\"a\\", 3, "ends"},
    {"nul", 3, "ends"},
    {"[1,", 3, "ends"},
    {"1.", 2, "ends"},
    {"-", 1, "ends"},
    {"{} {}", 3, "more text"},
    {"{}}", 2, "more text"},
    {"1 2", 2, "more text"},
    {"\xef\xbb\xbf{}", 0, "unexpected"},
    /* What json-c takes by default, or in the strict mode of one version. */
    {"{'a':1}", 1, "double quotes"},
    {"['a']", 1, "unexpected"},
    {"{a:1}", 1, "double quotes"},
    {"[NaN]", 1, "unexpected"},
    {"[nan]", 2, "unexpected"},
    {"[Infinity]", 1, "unexpected"},
    {"[-Infinity]", 2, "digit"},
    {"[TRUE]", 1, "unexpected"},
    {"[True]", 1, "unexpected"},
    {"[nUll]", 2, "unexpected"},
    {"[1,]", 3, "unexpected"},
    {"[,1]", 1, "unexpected"},
    {"{\"a\":1,}", 7, "double quotes"},
    {"{\"a\" 1}", 5, "colon"},
    {"{\"a\":}", 5, "unexpected"},
    {"{\"a\":1 \"b\":2}", 7, "comma"},
    {"[1 2]", 3, "comma"},
    {"[1}", 2, "comma"},
    {"/**/{}", 0, "unexpected"},
    {"{} // x", 3, "more text"},
    {"[1/**/]", 2, "comma"},
    {"[\f1]", 1, "unexpected"},
    {"[01]", 2, "comma"},
    {"[-01]", 3, "comma"},
    {"[+1]", 1, "unexpected"},
    {"[.5]", 1, "unexpected"},
    {"[1.]", 3, "digit"},
    {"[1.e2]", 3, "digit"},
    {"[1e]", 3, "digit"},
    {"[1e+]", 4, "digit"},
    {"[0x1]", 2, "comma"},
    {"[--1]", 2, "digit"},
    {"\"a\tb\"", 2, "control character"},
    {"\"a\nb\"", 2, "control character"},
    {"\"\x1f\"", 1, "control character"},
    {"\"\\x\"", 2, "escape"},
    {"\"\\'\"", 2, "escape"},
    {"\"\\u12g4\"", 2, "escape"},
    {"\"\\U0041\"", 2, "escape"},
    /* JSON, but not ours. */
    {"\"\\u0000\"", 1, "NUL"},
    {"\"\\ud800\"", 1, "surrogate"},
    {"\"\\ud83dx\\ude00\"", 1, "surrogate"},
    {"\"\\ude00\\ud83d\"", 1, "surrogate"},
    {"\"\\ud83d\\ud83d\\ude00\"", 1, "surrogate"},
    {"\"\\ud83d", 1, "surrogate"},
    {"\"\xff\"", 1, "UTF-8"},
    {"\"\xc0\x80\"", 1, "UTF-8"},
    {"\"\xe0\x80\xaf\"", 1, "UTF-8"},
    {"\"\xed\xa0\x80\"", 1, "UTF-8"},
    {"\"\xf4\x90\x80\x80\"", 1, "UTF-8"},
    {"\"\xc3", 1, "UTF-8"},
    {"{\"a\":1,\"a\":1}", 13, "two members"},
    {"{\"a\":1,\"\\u0061\":2}", 18, "two members"},
    {"[{\"a\":1},{\"a\":1,\"a\":null}]", 26, "two members"},
};

START_TEST(json_is_taken_whatever_the_version)
{
	struct json_fault fault = {0, "none"};
	json_object *value;
	const char *text = taken[_i][0];

	ck_assert_msg(json_read(text, strlen(text), &value, &fault), "%s: %s at %zu", text,
	              fault.reason, fault.position);
	ck_assert_str_eq(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
	                 taken[_i][1]);
	json_object_put(value);
}
END_TEST

START_TEST(anything_else_is_refused_where_it_is)
{
	struct json_fault fault = {0, "none"};
	json_object *value;
	const char *text = refused[_i].text;

	ck_assert_msg(!json_read(text, strlen(text), &value, &fault), "%s", text);
	ck_assert_ptr_null(value);
	ck_assert_msg(strstr(fault.reason, refused[_i].reason), "%s: %s", text, fault.reason);
	ck_assert_msg(fault.position == refused[_i].position, "%s: at %zu", text, fault.position);
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
	struct json_fault fault;
	json_object *value;

	ck_assert(!json_read("{}\0", 3, &value, &fault));
	ck_assert_uint_eq(fault.position, 2);
	ck_assert(!json_read("\"a\0b\"", 5, &value, &fault));
	ck_assert_uint_eq(fault.position, 2);
	ck_assert_str_eq(fault.reason, "a NUL character");
}
END_TEST

START_TEST(only_the_length_ends_the_text)
{
	struct json_fault fault;
	json_object *value;

	ck_assert(json_read("123456", 3, &value, &fault));
	ck_assert_int_eq(json_object_get_int(value), 123);
	json_object_put(value);
	ck_assert(json_read("truest", 4, &value, &fault));
	json_object_put(value);
}
END_TEST

/* `level` arrays within each other, the innermost with a member. */
static bool nested(size_t level)
{
	char text[2 * 100 + 2];
	struct json_fault fault;
	json_object *value;
	bool read;

	memset(text, '[', level);
	text[level] = '1';
	memset(text + level + 1, ']', level);
	read = json_read(text, 2 * level + 1, &value, &fault);
	json_object_put(value);
	if (!read)
		ck_assert_str_eq(fault.reason, "too many levels");
	return read;
}

START_TEST(nesting_ends_at_the_level_we_say)
{
	ck_assert(nested(JSON_LEVELS));
	ck_assert(!nested(JSON_LEVELS + 1));
	ck_assert(!nested(100));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, json_is_taken_whatever_the_version, 0,
	                    (int)(sizeof taken / sizeof *taken));
	tcase_add_loop_test(tests, anything_else_is_refused_where_it_is, 0,
	                    (int)(sizeof refused / sizeof *refused));
	tcase_add_test(tests, a_nul_byte_ends_nothing);
	tcase_add_test(tests, only_the_length_ends_the_text);
	tcase_add_test(tests, nesting_ends_at_the_level_we_say);
}

int main(void)
{
	return run_tests("json", add);
}
