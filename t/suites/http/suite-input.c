/* Bad input: each gets its own answer, never a 500, and leaves nothing behind. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *part_number;
	long status;
} part_numbers[] = {
    {"no-such-item", 404},
    {"a%2fb", 400},
    {"..", 400},
    {".hidden", 400},
    {"-dash", 400},
    {"%00", 400},
    {"a%00b", 400},
    {"a%27b", 400},
    {"a%22b", 400},
    {"a%20b", 400},
    {"%C3%A4", 400},
    {"%ff", 400},
    {"%zz", 400},
    {"%2", 400},
    {"%252e", 400},
    {"a;b", 400},
    {"a%0d%0ab", 400},
    {"x234567890123456789012345678901234567890123456789012345678901234", 404},
    {"x2345678901234567890123456789012345678901234567890123456789012345", 400},
};

START_TEST(odd_part_numbers_are_refused)
{
	const char *pn = part_numbers[_i].part_number;

	GET("vera", at("/api/items/%s", pn));
	/* What is no address at all is refused by nginx already. */
	expect(part_numbers[_i].status,
	       part_numbers[_i].status == 404 ? "item_not_found" : told("error"));
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(part_numbers[_i].status, told("error"));
}
END_TEST

static const char *const bodies_part_numbers[] = {
    "",         "a/b",    "..",
    ".hidden",  "-dash",  "a b",
    "a'b",      "a\\\"b", "a%00b",
    "\xc3\xa4", "a\\nb",  "x2345678901234567890123456789012345678901234567890123456789012345",
};

START_TEST(odd_part_numbers_are_malformed_in_a_body_too)
{
	const char *pn = bodies_part_numbers[_i];

	POST("alice", "/api/items", at("{\"part_number\":\"%s\"}", pn));
	expect(400, "invalid_part_number");
	ck_assert_str_eq(told("field"), "part_number");
	POST("alice", "/api/locks", at("{\"part_numbers\":[\"%s\"]}", pn));
	expect(400, "invalid_part_number");
	ck_assert_str_eq(told("field"), "part_numbers");
	POST("alice", "/api/items", "{\"part_number\":7}");
	expect(422, "invalid_value");
}
END_TEST

START_TEST(an_address_that_is_too_long_is_malformed)
{
	char *query = malloc(20001);

	memset(query, 'a', 20000);
	query[20000] = '\0';
	memcpy(query, "/api/items?q=", 13);
	GET("vera", query);
	expect(400, "malformed_request");
	free(query);
}
END_TEST

START_TEST(an_unknown_address_is_404_and_a_wrong_method_405_with_allow)
{
	GET("vera", "/api/nothing");
	expect(404, "not_found");
	GET("vera", "/api/items/../items");
	ck_assert_str_ne(told("error"), "");
	PUT("alice", "/api/locks", "{}");
	expect(405, "method_not_allowed");
	ck_assert_ptr_nonnull(strstr(told_header("Allow"), "GET"));
	ck_assert_ptr_nonnull(strstr(told_header("Allow"), "DELETE"));
	send_as("alice", "BREW", "/api/items", NULL);
	expect(405, "method_not_allowed");
	ck_assert_str_eq(told_header("Allow"), "GET, HEAD, POST");
	send_as("alice", "TRACE", "/api/items", NULL);
	expect(405, "method_not_allowed");
	ck_assert_str_ne(told_header("Allow"), "");
}
END_TEST

START_TEST(a_packed_body_is_415_and_nothing_is_stored)
{
	const char *pn = new_item();

	with("Content-Encoding: gzip");
	POST("alice", at("/api/items/%s/lock", pn), "{}");
	expect(415, "unsupported_media_type");
	ck_assert_str_eq(told_header("Accept-Encoding"), "identity");
	with("Content-Encoding: gzip");
	with("Content-Type: application/octet-stream");
	send_as("alice", "POST", at("/api/items/%s/file?filename=a.txt", pn), "packed");
	expect(415, "unsupported_media_type");
	GET("alice", at("/api/items/%s/file", pn));
	expect(404, "revision_not_found");
	with("Content-Encoding: identity");
	POST("alice", at("/api/items/%s/lock", pn), "{}");
	expect(201, "");
}
END_TEST

START_TEST(a_name_that_the_paths_need_is_no_part_number)
{
	POST("alice", "/api/items", "{\"part_number\":\"By-UUID\"}");
	expect(400, "invalid_part_number");
	ck_assert_ptr_nonnull(strstr(told("message"), "by-uuid"));
}
END_TEST

static const struct {
	const char *body, *code, *hint; /* hint: in the message or the field */
	long status;
} bodies[] = {
    {"{", "invalid_json", "1", 400},
    {"{\"comment\":\"x\",}", "invalid_json", "15", 400},
    {"[]", "invalid_json", "object", 400},
    {"{\"comment\":1}", "invalid_value", "comment", 422},
    {"{\"comment\":\"a\",\"comment\":\"b\"}", "invalid_json", "", 400},
    {"{\"comment\":\"a\\u0000b\"}", "invalid_json", "", 400},
    {"{\"comment\":\"\xff\"}", "invalid_json", "byte 12", 400},
    {"{\"comment\":\"\\ud800\"}", "invalid_json", "byte 12", 400},
    {"{\"comment\":\"\\ud83dx\\ude00\"}", "invalid_json", "surrogate", 400},
    {"{\"comment\":\"\\ude00\\ud83d\"}", "invalid_json", "surrogate", 400},
    {"{\"comment\":\"\\ud83d\\ud83d\\ude00\"}", "invalid_json", "surrogate", 400},
    {"{\"expires_in\":\"60\"}", "invalid_value", "expires_in", 422},
    {"{\"expires_in\":60.5}", "invalid_value", "expires_in", 422},
    {"{\"expires_in\":1e99}", "", "", 422},
    {"{\"expires_in\":99999999999999999999999}", "", "", 422},
    {"{\"expires_in\":-60}", "invalid_value", "expires_in", 422},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
     "]]]]]]]",
     "invalid_json", "", 400},
    {"{} {}", "invalid_json", "", 400},
    {"nul", "invalid_json", "", 400},
};

START_TEST(malformed_and_wrongly_typed_json_is_refused)
{
	const char *pn = new_item();

	POST("alice", at("/api/items/%s/lock", pn), bodies[_i].body);
	expect(bodies[_i].status, *bodies[_i].code ? bodies[_i].code : told("error"));
	if (*bodies[_i].hint)
		ck_assert_msg(strstr(told("message"), bodies[_i].hint) ||
		                  strcmp(told("field"), bodies[_i].hint) == 0,
		              "%s", told_body());
	GET("alice", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "false");
}
END_TEST

static const struct {
	const char *user, *path, *body, *sentence; /* body NULL: a GET; %s: a part number */
} misfits[] = {
    {"alice", "/api/items/%s/lock", "{\"expires_in\":59}",
     "expires_in must be a whole number from 60 to 2592000."},
    {"alice", "/api/items/%s/lock", "{\"comment\":1}",
     "comment must be text of at most 500 characters."},
    {"alice", "/api/locks", "{\"part_numbers\":[]}",
     "part_numbers must be a list of 1 to 1000 part numbers."},
    {"alice", "/api/items", "{\"part_number\":\"A-1\",\"item_type\":\"x\"}",
     "item_type must be part, assembly, drawing, document, consumable or tool."},
    {"ada", "/api/users", "{\"username\":\"-\",\"role\":\"viewer\"}",
     "username must be 1 to 64 characters of A-Z a-z 0-9 . _ @ + -, starting with a letter or "
     "digit."},
    {"ada", "/api/users", "{\"username\":\"x\",\"role\":\"viewer\",\"password\":\"short\"}",
     "password must be text of 8 to 1024 characters."},
    {"ada", "/api/users", "{\"username\":\"x\",\"role\":\"administrator-of-everything\"}",
     "role must be viewer, editor or admin."},
    {"vera", "/api/items?sort=by-the-colour-of-its-paint", NULL,
     "sort must be part_number, updated_at, created_at, project or item_type, and may begin with "
     "-."},
    {"vera", "/api/items?limit=0", NULL, "limit must be a whole number from 1 to 1000."},
    {"vera", "/api/items?lock=x", NULL, "lock must be any, none, mine or others."},
};

START_TEST(a_refused_value_is_answered_with_what_it_must_be)
{
	const char *pn = new_item();
	const char *path =
	    strstr(misfits[_i].path, "%s") ? at("/api/items/%s/lock", pn) : misfits[_i].path;

	if (misfits[_i].body)
		POST(misfits[_i].user, path, misfits[_i].body);
	else
		GET(misfits[_i].user, path);
	expect(422, "invalid_value");
	ck_assert_str_eq(told("message"), misfits[_i].sentence);
	ck_assert_str_ne(told("field"), "");
	ck_assert_int_eq(strncmp(told("field"), misfits[_i].sentence, strlen(told("field"))), 0);
}
END_TEST

START_TEST(a_comment_of_500_characters_is_fine_and_one_more_is_not)
{
	const char *pn = new_item();
	char comment[2000] = "", *end = comment;

	for (int i = 0; i < 500; i++)
		end = stpcpy(end, "ä");
	POST("alice", at("/api/items/%s/lock", pn), at("{\"comment\":\"%s\"}", comment));
	expect(201, "");
	stpcpy(end, "x");
	POST("alice", at("/api/items/%s/lock", pn), at("{\"comment\":\"%s\"}", comment));
	expect(422, "invalid_value");
	ck_assert_str_eq(told("field"), "comment");
}
END_TEST

START_TEST(a_body_of_another_type_is_415_and_too_long_a_one_413)
{
	const char *pn = new_item();
	char *big = malloc(1500001);

	with("Content-Type: text/plain");
	POST("alice", at("/api/items/%s/lock", pn), "{}");
	expect(415, "unsupported_media_type");
	memset(big, ' ', 1500000);
	big[0] = '{';
	big[1500000] = '\0';
	POST("alice", at("/api/items/%s/lock", pn), big);
	expect(413, "body_too_large");
	free(big);
}
END_TEST

START_TEST(an_upload_over_the_limit_is_refused_before_it_is_stored)
{
	const char *pn = new_item(), *before = strdup(sql_value("select count(*) from silo.blobs"));
	char *big = calloc(1, 4000000);

	memset(big, 'x', 3500000);
	with("Content-Type: application/octet-stream");
	send_bytes("alice", "POST", at("/api/items/%s/file?filename=big", pn), big, 3500000);
	expect(413, "body_too_large");
	ck_assert_str_eq(sql_value("select count(*) from silo.blobs"), before);
	free(big);
}
END_TEST

START_TEST(an_announced_checksum_is_verified)
{
	const char *pn = new_item();

	upload("alice", pn, "abc",
	       "&sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae");
	expect(422, "wrong_checksum");
	upload("alice", pn, "abc",
	       "&sha256=BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
	expect(201, "");
}
END_TEST

START_TEST(odd_queries_are_refused_by_name)
{
	static const char *const queries[][2] = {
	    {"limit=1001", "limit"},   {"limit=x", "limit"},        {"lock=all", "lock"},
	    {"sort=size", "sort"},     {"type=house", "type"},      {"cursor=%25", "cursor"},
	    {"cursor=WzFd", "cursor"}, {"cursor=bnVsbA", "cursor"},
	};

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		GET("vera", at("/api/items?%s", queries[i][0]));
		ck_assert_msg(strcmp(told("field"), queries[i][1]) == 0, "%s: %s", queries[i][0],
		              told_body());
	}
	GET("vera", "/api/items?q=%ff");
	expect(400, "invalid_query");
	GET("vera", "/api/items?q=%27%3bdrop%20table--&project=%25");
	expect(200, "");
	GET("vera", "/api/items/by-uuid/nonsense");
	expect(400, "invalid_uuid");
}
END_TEST

TCase *input_case(void)
{
	TCase *tests = tcase_create("input");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, odd_part_numbers_are_refused, 0,
	                    (int)(sizeof part_numbers / sizeof *part_numbers));
	tcase_add_loop_test(tests, odd_part_numbers_are_malformed_in_a_body_too, 0,
	                    (int)(sizeof bodies_part_numbers / sizeof *bodies_part_numbers));
	tcase_add_test(tests, an_address_that_is_too_long_is_malformed);
	tcase_add_test(tests, an_unknown_address_is_404_and_a_wrong_method_405_with_allow);
	tcase_add_loop_test(tests, malformed_and_wrongly_typed_json_is_refused, 0,
	                    (int)(sizeof bodies / sizeof *bodies));
	tcase_add_loop_test(tests, a_refused_value_is_answered_with_what_it_must_be, 0,
	                    sizeof misfits / sizeof *misfits);
	tcase_add_test(tests, a_packed_body_is_415_and_nothing_is_stored);
	tcase_add_test(tests, a_name_that_the_paths_need_is_no_part_number);
	tcase_add_test(tests, a_comment_of_500_characters_is_fine_and_one_more_is_not);
	tcase_add_test(tests, a_body_of_another_type_is_415_and_too_long_a_one_413);
	tcase_add_test(tests, an_upload_over_the_limit_is_refused_before_it_is_stored);
	tcase_add_test(tests, an_announced_checksum_is_verified);
	tcase_add_test(tests, odd_queries_are_refused_by_name);
	return tests;
}
