/*
 * Responses: conditional answers, headers nobody can split, errors of one form.
 */
#include "config.h"
#include <json-c/json.h>
#include "base/error_codes.h"
#include "base/password.h"
#include "request.h"
#include "run.h"

static char *parameters[4];

static struct request *asking(const char *if_none_match)
{
	struct request *rq;

	request_arena = request_arena ? request_arena : arena_new();
	parameters[0] = "REQUEST_METHOD=GET";
	parameters[1] = if_none_match
	                    ? arena_print(request_arena, "HTTP_IF_NONE_MATCH=%s", if_none_match)
	                    : NULL;
	rq = request_of(parameters);
	begin(rq);
	return rq;
}

START_TEST(known_tags_are_found_in_lists_weak_or_not)
{
	ck_assert(response_is_known(asking("\"1.2\""), "1.2"));
	ck_assert(response_is_known(asking("W/\"1.2\""), "1.2"));
	ck_assert(response_is_known(asking("\"a\", \"b,c\" , W/\"1.2\""), "1.2"));
	ck_assert(response_is_known(asking("*"), "1.2"));
	ck_assert(!response_is_known(asking("\"1.23\""), "1.2"));
	ck_assert(!response_is_known(asking("\"1\""), "1.2"));
	ck_assert(!response_is_known(asking("1.2"), "1.2"));
	ck_assert(!response_is_known(asking("\"1.2"), "1.2"));
	ck_assert(!response_is_known(asking("garbage,,,\""), "1.2"));
	ck_assert(!response_is_known(asking(NULL), "1.2"));
}
END_TEST

START_TEST(a_known_state_is_304_without_body)
{
	struct request *rq = asking("\"1.2\"");
	struct response *rs = response_json(rq, 200, "{}");

	response_tag(rq, rs, "1.2");
	ck_assert_int_eq(rs->status, 304);
	ck_assert_ptr_null(rs->body);
	ck_assert_str_eq(rs->headers[0].value, "\"1.2\"");
}
END_TEST

START_TEST(a_write_is_never_304)
{
	struct request *rq = asking("\"1.2\"");
	struct response *rs = response_json(rq, 200, "{}");

	rq->method = METHOD_PUT;
	response_tag(rq, rs, "1.2");
	ck_assert_int_eq(rs->status, 200);
}
END_TEST

START_TEST(a_header_value_ends_at_a_line_break)
{
	struct request *rq = asking(NULL);
	struct response *rs = response_new(rq, 303);

	response_header(rq, rs, "Location", "/a\r\nSet-Cookie: x=y");
	ck_assert_str_eq(rs->headers[0].value, "/a");
}
END_TEST

START_TEST(a_filename_is_quoted_twice)
{
	ck_assert_str_eq(response_attachment(asking(NULL), "R\xc3\xa4"
	                                                   "der \"1\".FCStd"),
	                 "attachment; filename=\"R__der _1_.FCStd\"; "
	                 "filename*=UTF-8''R%C3%A4der%20%221%22.FCStd");
}
END_TEST

START_TEST(a_filename_of_an_attachment_turns_nothing)
{
	ck_assert_str_eq(response_attachment(asking(NULL), "a\xe2\x80\xae"
	                                                   "dtSCF\xe2\x81\xa6.e\xef\xbb\xbf"
	                                                   "xe"),
	                 "attachment; filename=\"adtSCF.exe\"; filename*=UTF-8''adtSCF.exe");
}
END_TEST

START_TEST(errors_have_one_form)
{
	struct request *rq = asking(NULL);
	struct response *rs = error_field(rq, "invalid_value", "comment");

	ck_assert_int_eq(rs->status, 422);
	ck_assert_str_eq(rs->body,
	                 "{\"error\":\"invalid_value\",\"message\":\"A value has the wrong type "
	                 "or is out of range.\",\"field\":\"comment\"}");
	ck_assert_str_eq(error_length(rq, "comment", 0, 500)->body,
	                 "{\"error\":\"invalid_value\",\"message\":\"comment must be text of at "
	                 "most 500 characters.\",\"field\":\"comment\"}");
	ck_assert_str_eq(error_answer(rq, "not_signed_in")->headers[0].value, "Bearer");
	ck_assert_str_eq(error_answer(rq, "unavailable")->headers[0].name, "Retry-After");
	ck_assert_int_eq(error_answer(rq, "what_is_this")->status, 500);
}
END_TEST

START_TEST(what_sql_says_of_a_refusal_is_quoted_whole)
{
	struct request *rq = asking(NULL);
	char deep[400] = "{\"revision\" : ", *end = deep + strlen(deep);
	json_object *parsed;
	const char *body;

	/* Deeper than json-c reads, and a number that it would clip. */
	for (int i = 0; i < 60; i++)
		end = stpcpy(end, "[");
	end = stpcpy(end, "99999999999999999999");
	for (int i = 0; i < 60; i++)
		end = stpcpy(end, "]");
	stpcpy(end, "}");
	body = error_quoting(rq, "stale_revision", NULL, deep)->body;
	ck_assert_ptr_nonnull(strstr(body, deep + 1));
	ck_assert_int_eq(strncmp(body, "{\"error\":\"stale_revision\",", 26), 0);
	body = error_quoting(rq, "locked", NULL, "{\"lock\" : {\"comment\" : \"%s\"}}")->body;
	parsed = json_tokener_parse(body);
	ck_assert_ptr_nonnull(parsed);
	json_object_put(parsed);
	ck_assert_str_eq(error_quoting(rq, "locked", NULL, "{}")->body,
	                 error_answer(rq, "locked")->body);
	ck_assert_str_eq(error_quoting(rq, "locked", NULL, "")->body,
	                 error_answer(rq, "locked")->body);
}
END_TEST

START_TEST(codes_are_declared_once_with_a_fitting_status)
{
	for (const struct error_code *one = error_codes; one->code; one++) {
		ck_assert_int_ge(one->status, 400);
		ck_assert_ptr_eq(error_find(one->code), one);
		ck_assert_int_eq(one->sentence[strlen(one->sentence) - 1], '.');
	}
}
END_TEST

START_TEST(passwords_fit_their_hash_only)
{
	struct arena *arena = arena_new();
	char *hash = password_hash(arena, "correct horse");

	ck_assert_ptr_nonnull(strstr(hash, "$argon2id$"));
	ck_assert(password_fits(hash, "correct horse"));
	ck_assert(!password_fits(hash, "Correct horse"));
	ck_assert(!password_fits(NULL, "correct horse"));
	ck_assert_uint_eq(strlen(secret_new(arena, "silo_")), 48);
	ck_assert_str_ne(secret_new(arena, "silo_"), secret_new(arena, "silo_"));
	arena_free(arena);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, known_tags_are_found_in_lists_weak_or_not);
	tcase_add_test(tests, a_known_state_is_304_without_body);
	tcase_add_test(tests, a_write_is_never_304);
	tcase_add_test(tests, a_header_value_ends_at_a_line_break);
	tcase_add_test(tests, a_filename_is_quoted_twice);
	tcase_add_test(tests, a_filename_of_an_attachment_turns_nothing);
	tcase_add_test(tests, errors_have_one_form);
	tcase_add_test(tests, what_sql_says_of_a_refusal_is_quoted_whole);
	tcase_add_test(tests, codes_are_declared_once_with_a_fitting_status);
	tcase_add_test(tests, passwords_fit_their_hash_only);
}

int main(void)
{
	return run_tests("response", add);
}
