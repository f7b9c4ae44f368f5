/*
 * Files that are refused, and that nothing is stored of them.
 */
#include "config.h"
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *query; /* after filename=a.txt */
	long status;
	const char *code, *field;
} wrong_words[] = {
    {"&base_revision=x", 422, "invalid_value", "base_revision"},
    {"&base_revision=-1", 422, "invalid_value", "base_revision"},
    {"&base_revision=2147483648", 422, "invalid_value", "base_revision"},
    {"&base_revision=77", 412, "stale_revision", NULL},
    {"&release_lock=maybe", 422, "invalid_value", "release_lock"},
    {"&sha256=abc", 422, "invalid_value", "sha256"},
    {"&sha256=" SHA_OF_ABC, 422, "wrong_checksum", "sha256"},
    {"&comment=%ff", 422, "invalid_value", "comment"},
};

START_TEST(wrong_words_are_named_and_nothing_is_stored)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload("alice", item, "never stored", wrong_words[_i].query);
	if (told_status() != 400 || strstr(wrong_words[_i].query, "%ff") == NULL)
		expect(wrong_words[_i].status, wrong_words[_i].code);
	if (wrong_words[_i].field != NULL && told_status() == 422)
		ck_assert_str_eq(told("field"), wrong_words[_i].field);
	expect_files(files);
}
END_TEST

static const struct {
	const char *body;
	size_t length;
	long status;
	const char *code;
} wrong_bodies[] = {
    {LITERAL(HEAD_OF_FILE("name=f; filename=a") "cut"), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "cut") "--b"), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "1") FILE_PART("name=g; filename=b", "2") END), 400,
     "invalid_multipart"},
    {LITERAL("not a form"), 400, "invalid_multipart"},
    {LITERAL(FIELD("comment", "but no file") END), 400, "missing_file"},
    {LITERAL(FIELD("comment", "1") FIELD("comment", "2") END), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "") END), 422, "empty_file"},
    {LITERAL(FILE_PART("name=f; filename=\"a/..\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=\"\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=\"a\xff\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("base_revision", "99") END), 412,
     "stale_revision"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("sha256", SHA_OF_ABC) END), 422,
     "wrong_checksum"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("properties", "[]") END), 422,
     "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("properties", "{") END), 400,
     "invalid_json"},
};

START_TEST(wrong_forms_are_refused_and_nothing_is_stored)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload_form("alice", item, wrong_bodies[_i].body, wrong_bodies[_i].length);
	expect(wrong_bodies[_i].status, wrong_bodies[_i].code);
	expect_files(files);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 404);
}
END_TEST

START_TEST(the_limit_is_exact_raw_and_in_a_form)
{
	enum { LIMIT = 3000000 };
	const char *item = new_item();
	char *large = calloc(1, LIMIT + 1);
	char *form = malloc(LIMIT + 1 + 200);
	size_t length;
	int files = files_in_vault("");

	with("Content-Type: a/b");
	send_bytes("alice", "POST", at_item(item, "file?filename=l"), large, LIMIT + 1);
	expect(413, "body_too_large");
	length = (size_t)sprintf(form, HEAD_OF_FILE("name=f; filename=l"));
	memset(form + length, 0, LIMIT + 1);
	length += LIMIT + 1;
	length += (size_t)sprintf(form + length, "\r\n" END);
	upload_form("alice", item, form, length);
	expect(413, "body_too_large");
	expect_files(files);
	with("Content-Type: a/b");
	send_bytes("alice", "POST", at_item(item, "file?filename=l"), large, LIMIT);
	ck_assert_int_eq(told_status(), 201);
	free(form);
	free(large);
}
END_TEST

START_TEST(only_a_user_who_may_write_gets_as_far_as_the_vault)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload("vera", item, "never stored", "");
	expect(403, "role_too_low");
	upload(NULL, item, "never stored", "");
	expect(401, "not_signed_in");
	upload("alice", "NO-SUCH-1", "never stored", "");
	expect(404, "item_not_found");
	expect_files(files);
	ck_assert_int_eq(GET(NULL, at_item(item, "file")), 401);
}
END_TEST

START_TEST(an_item_locked_by_another_takes_no_file)
{
	const char *item = new_item();
	int files = files_in_vault("");

	lock("bob", item);
	upload("alice", item, "never stored", "");
	expect(409, "locked");
	ck_assert(strstr(told("lock"), "\"bob\"") != NULL);
	upload("ada", item, "never stored", "");
	expect(409, "locked");
	expect_files(files);
	ck_assert_int_eq(upload("bob", item, "his", ""), 201);
}
END_TEST

START_TEST(the_lock_goes_with_the_upload_only_when_asked)
{
	const char *item = new_item();

	lock("bob", item);
	upload("bob", item, "one", "");
	GET("bob", at_item(item, "lock"));
	ck_assert_str_eq(told("locked"), "true");
	upload("bob", item, "two", "&release_lock=true");
	GET("bob", at_item(item, "lock"));
	ck_assert_str_eq(told("locked"), "false");
}
END_TEST

START_TEST(a_stale_if_match_is_refused_with_the_newest_revision)
{
	const char *item = new_item();
	char tag[200];
	int files;

	snprintf(tag, sizeof tag, "/api/items/%s", item);
	GET("alice", tag);
	snprintf(tag, sizeof tag, "If-Match: %s", told_header("ETag"));
	ck_assert_int_eq(upload("bob", item, "first", ""), 201);
	files = files_in_vault("");
	with(tag);
	with("Content-Type: application/octet-stream");
	send_bytes("alice", "POST", at_item(item, "file?filename=a"), LITERAL("second"));
	expect(412, "stale_revision");
	ck_assert(strstr(told("revision"), "\"bob\"") != NULL || atoi(told("revision")) > 0);
	expect_files(files);
}
END_TEST

TCase *refused_files_case(void)
{
	TCase *refused = tcase_create("refused");

	tcase_set_timeout(refused, 60);
	tcase_add_loop_test(refused, wrong_words_are_named_and_nothing_is_stored, 0,
	                    sizeof wrong_words / sizeof *wrong_words);
	tcase_add_loop_test(refused, wrong_forms_are_refused_and_nothing_is_stored, 0,
	                    sizeof wrong_bodies / sizeof *wrong_bodies);
	tcase_add_test(refused, the_limit_is_exact_raw_and_in_a_form);
	tcase_add_test(refused, only_a_user_who_may_write_gets_as_far_as_the_vault);
	tcase_add_test(refused, an_item_locked_by_another_takes_no_file);
	tcase_add_test(refused, the_lock_goes_with_the_upload_only_when_asked);
	tcase_add_test(refused, a_stale_if_match_is_refused_with_the_newest_revision);
	return refused;
}
