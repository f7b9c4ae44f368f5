/*
 * A strict server (rule 7) behind a gateway that authenticates: the lock is needed for what makes a
 * revision, and a user is known by the name that nginx vouches for, never by a header.
 */
#include "config.h"
#include "client.h"

#include <stdlib.h>
#include <string.h>

START_TEST(a_file_needs_the_lock_and_nothing_is_stored_without_it)
{
	const char *pn = new_item();

	upload("alice", pn, "without the lock", "");
	expect(409, "lock_required");
	POST("alice", at("/api/items/%s/revisions", pn), "{\"comment\":\"words\"}");
	expect(409, "lock_required");
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("current_revision"), "0");
	lock("alice", pn);
	upload("alice", pn, "with the lock", "");
	expect(201, "");
	POST("alice", at("/api/items/%s/revisions", pn), "{\"comment\":\"words\"}");
	expect(201, "");
}
END_TEST

START_TEST(an_ended_lease_is_no_lock)
{
	const char *pn = new_item();

	lock("alice", pn);
	let_lease_end(pn);
	upload("alice", pn, "too late", "");
	expect(409, "lock_required");
}
END_TEST

START_TEST(the_words_of_an_item_need_no_lock)
{
	const char *pn = new_item();

	PUT("alice", at("/api/items/%s", pn), "{\"description\":\"other words\"}");
	expect(200, "");
	DELETE("alice", at("/api/items/%s", pn));
	expect(204, "");
}
END_TEST

START_TEST(another_holder_is_still_named_first)
{
	const char *pn = new_item();

	lock("bob", pn);
	upload("alice", pn, "not mine", "");
	expect(409, "locked");
	ck_assert_str_eq(told("lock.locked_by"), "bob");
	upload("ada", pn, "no exception", "");
	expect(409, "locked");
}
END_TEST

START_TEST(the_configuration_says_so)
{
	GET(NULL, "/api/auth/config");
	ck_assert_str_eq(told("require_lock"), "true");
	ck_assert_str_eq(told("remote_user"), "true");
	ck_assert_str_eq(told("lock_default_seconds"), "3600");
	POST("alice", at("/api/items/%s/lock", new_item()), "{\"expires_in\":7201}");
	expect(422, "invalid_value");
	ck_assert_str_eq(told("field"), "expires_in");
}
END_TEST

START_TEST(a_user_is_made_at_first_sight_with_the_configured_role)
{
	const char *name = strdup(fresh("walk-in"));

	GET(at("X-Test-Gateway: %s", name), "/api/auth/me");
	expect(200, "");
	ck_assert_str_eq(told("username"), name);
	ck_assert_str_eq(told("role"), "viewer");
	ck_assert_str_eq(told("auth_source"), "remote");
	POST(at("X-Test-Gateway: %s", name), at("/api/items/%s/lock", new_item()), NULL);
	ck_assert_int_eq(told_status(), 403);
	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"active\":false}");
	expect(200, "");
	GET(at("X-Test-Gateway: %s", name), "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

static const char *const no_names[] = {
    "X-Test-Gateway: a b",
    "X-Test-Gateway: ../x",
    "X-Test-Gateway: 'or''1'='1",
    "X-Test-Gateway: \xc3\xa4",
    "X-Test-Gateway: \xff",
    "X-Test-Gateway: x2345678901234567890123456789012345678901234567890123456789012345",
};

START_TEST(what_is_no_name_makes_no_user)
{
	GET(no_names[_i], "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(a_header_of_the_client_is_no_name)
{
	static const char *const headers[] = {"REMOTE_USER: ada", "Remote-User: ada",
	                                      "HTTP-REMOTE-USER: ada", "X-Remote-User: ada",
	                                      "X-Forwarded-User: ada"};

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		GET(headers[i], "/api/auth/me");
		expect(401, "not_signed_in");
	}
}
END_TEST

START_TEST(a_wrong_token_is_not_saved_by_the_gateway)
{
	with("X-Test-Gateway: ada");
	GET("Authorization: Bearer silo_wrong", "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(a_write_vouched_for_by_the_gateway_must_come_from_this_site)
{
	const char *pn = new_item();

	with("Origin: http://evil.example");
	POST("X-Test-Gateway: alice", at("/api/items/%s/lock", pn), NULL);
	expect(403, "cross_site");
	with("Sec-Fetch-Site: cross-site");
	POST("X-Test-Gateway: alice", at("/api/items/%s/lock", pn), NULL);
	expect(403, "cross_site");
	with("Sec-Fetch-Site: same-origin");
	POST("X-Test-Gateway: alice", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
}
END_TEST

TCase *strict_case(void)
{
	TCase *tests = tcase_create("strict");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_file_needs_the_lock_and_nothing_is_stored_without_it);
	tcase_add_test(tests, an_ended_lease_is_no_lock);
	tcase_add_test(tests, the_words_of_an_item_need_no_lock);
	tcase_add_test(tests, another_holder_is_still_named_first);
	tcase_add_test(tests, the_configuration_says_so);
	tcase_add_test(tests, a_user_is_made_at_first_sight_with_the_configured_role);
	tcase_add_loop_test(tests, what_is_no_name_makes_no_user, 0,
	                    sizeof no_names / sizeof *no_names);
	tcase_add_test(tests, a_header_of_the_client_is_no_name);
	tcase_add_test(tests, a_wrong_token_is_not_saved_by_the_gateway);
	tcase_add_test(tests, a_write_vouched_for_by_the_gateway_must_come_from_this_site);
	return tests;
}
