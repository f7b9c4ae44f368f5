/* Ways in: password, session, tokens; throttling, deactivation; and what belongs to whom. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cookie_of(const char *name)
{
	const char *header;

	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s-secret-1\"}", name, name));
	expect(204, "");
	header = told_header("Set-Cookie");
	ck_assert_ptr_nonnull(strstr(header, "HttpOnly"));
	ck_assert_ptr_nonnull(strstr(header, "SameSite=Strict"));
	return strdup(at("Cookie: %.*s", (int)strcspn(header, ";"), header));
}

/* Each limit, and all roles and types in their order, as declared. */
START_TEST(anyone_gets_the_facts_that_clients_share)
{
	size_t count = 0;

	GET(NULL, "/api/auth/config");
	expect(200, "");
	ck_assert_str_eq(told("heartbeat_seconds"), "30"); /* a setting's default, not a fact */
#define LIMIT(name, most) ck_assert_str_eq(told("limits." #name), #most);
#include "base/facts.def"
#define ROLE(name, word) ck_assert_str_eq(told(at("roles.%zu", count++)), word);
#include "base/facts.def"
	ck_assert_uint_eq(told_count("roles"), count);
	count = 0;
#define ITEM_TYPE(word) ck_assert_str_eq(told(at("item_types.%zu", count++)), word);
#include "base/facts.def"
	ck_assert_uint_eq(told_count("item_types"), count);
	count = 0;
#define EVENT_TYPE(word) ck_assert_str_eq(told(at("event_types.%zu", count++)), word);
#include "base/facts.def"
	ck_assert_uint_eq(told_count("event_types"), count);
	ck_assert_str_eq(told("lock_minimum_seconds"), "60");
}
END_TEST

/* A new user with a password, made by ada. */
static const char *new_user(const char *role)
{
	const char *name = strdup(fresh("u"));

	POST("ada", "/api/users",
	     at("{\"username\":\"%s\",\"role\":\"%s\",\"password\":\"%s-secret-1\"}", name, role,
	        name));
	expect(201, "");
	return name;
}

START_TEST(a_password_opens_a_session_and_logout_ends_it)
{
	const char *cookie = cookie_of("alice");

	GET(cookie, "/api/auth/me");
	expect(200, "");
	ck_assert_str_eq(told("username"), "alice");
	ck_assert_str_eq(told("auth_source"), "session");
	with("Sec-Fetch-Site: same-origin");
	POST(cookie, "/logout", "");
	GET(cookie, "/api/auth/me");
	expect(401, "not_signed_in");
	ck_assert_str_eq(told_header("WWW-Authenticate"), "Bearer");
}
END_TEST

/* Each use moves the end; the browser must not have thrown the cookie away by then. */
START_TEST(a_session_in_use_lives_on_and_an_idle_one_ends)
{
	const char *name = new_user("viewer"), *cookie = cookie_of(name), *lives;

	lives = strstr(told_header("Set-Cookie"), "Max-Age=");
	ck_assert_ptr_nonnull(lives);
	ck_assert_int_gt(atol(lives + 8), 300 * 86400L);
	sql(at(
	    "update silo.sessions set expires_at = now() + interval '1 hour' where username = '%s'",
	    name));
	GET(cookie, "/api/auth/me");
	expect(200, "");
	ck_assert_str_eq(sql_value(at("select expires_at > now() + interval '23 hours'"
	                              " from silo.sessions where username = '%s'",
	                              name)),
	                 "t");
	sql(at("update silo.sessions set expires_at = now() - interval '1 s' where username = '%s'",
	       name));
	GET(cookie, "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(a_form_is_sent_on_only_within_this_site)
{
	static const char *const nexts[][2] = {
	    {"%2Fitems%2FA01", "/items/A01"},    {"%2F%2Fevil.example", "/"},
	    {"https%3A%2F%2Fevil.example", "/"}, {"%2F%5Cevil.example", "/"},
	    {"%2Fa%0d%0aX-Evil%3A1", "/"},
	};

	for (size_t i = 0; i < sizeof nexts / sizeof *nexts; i++) {
		with("Content-Type: application/x-www-form-urlencoded");
		POST(NULL, "/login",
		     at("username=alice&password=alice-secret-1&next=%s", nexts[i][0]));
		expect(303, "");
		ck_assert_str_eq(told_header("Location"), nexts[i][1]);
		ck_assert_str_eq(told_header("X-Evil"), "");
	}
}
END_TEST

START_TEST(a_malformed_form_is_refused)
{
	static const char *const bodies[] = {
	    "username=alice&password=%zz",
	    "username=alice&password=%00",
	    "username=al%ffice&password=alice-secret-1",
	    "a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a",
	};

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		with("Content-Type: application/x-www-form-urlencoded");
		POST(NULL, "/login", bodies[i]);
		expect(400, "invalid_form");
	}
}
END_TEST

START_TEST(a_wrong_password_and_an_unknown_user_are_answered_alike)
{
	const char *unknown;

	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"wrong\"}", fresh("nobody")));
	expect(401, "wrong_credentials");
	unknown = strdup(told_body());
	POST(NULL, "/login", "{\"username\":\"vera\",\"password\":\"wrong\"}");
	expect(401, "wrong_credentials");
	ck_assert_str_eq(told_body(), unknown);
}
END_TEST

START_TEST(many_failures_make_a_user_wait)
{
	const char *name = new_user("editor");

	for (int i = 0; i < 5; i++) {
		POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"wrong\"}", name));
		expect(401, "wrong_credentials");
	}
	/* Even the right password waits. */
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s-secret-1\"}", name, name));
	expect(429, "too_many_attempts");
	ck_assert_str_ne(told_header("Retry-After"), "");
	sql("delete from silo.login_failures");
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s-secret-1\"}", name, name));
	expect(204, "");
}
END_TEST

START_TEST(a_token_is_shown_once_works_and_is_revoked)
{
	const char *token, *id;

	POST("bob", "/api/auth/tokens", "{\"name\":\"laptop\",\"expires_in_days\":7}");
	expect(201, "");
	ck_assert_int_eq(strncmp(told("token"), "silo_", 5), 0);
	token = strdup(at("Authorization: Bearer %s", told("token")));
	id = strdup(told("id"));
	GET(token, "/api/auth/me");
	ck_assert_str_eq(told("username"), "bob");
	GET("bob", "/api/auth/tokens?limit=1000");
	ck_assert_ptr_null(strstr(told_body(), token + strlen("Authorization: Bearer ")));
	/* Another's token is not there for me. */
	DELETE("alice", at("/api/auth/tokens/%s", id));
	expect(404, "token_not_found");
	GET("alice", "/api/auth/tokens?limit=1000");
	ck_assert_ptr_null(strstr(told_body(), id));
	DELETE("bob", at("/api/auth/tokens/%s", id));
	expect(204, "");
	GET(token, "/api/auth/me");
	expect(401, "not_signed_in");
	ck_assert_str_eq(
	    sql_value(at("select count(*) from silo.api_tokens t where t::text like '%%%s%%'",
	                 token + 28)),
	    "0");
}
END_TEST

START_TEST(an_expired_token_is_no_way_in)
{
	const char *token;

	POST("bob", "/api/auth/tokens", "{\"name\":\"old\",\"expires_in_days\":1}");
	token = strdup(at("Authorization: Bearer %s", told("token")));
	sql(at("update silo.api_tokens set expires_at = now() - interval '1 s' where id = '%s'",
	       told("id")));
	GET(token, "/api/locks");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(deactivation_stops_sessions_and_tokens_at_once_and_leaves_locks)
{
	const char *name = new_user("editor"), *cookie = cookie_of(name), *token, *pn = new_item();

	with("Sec-Fetch-Site: same-origin");
	POST(cookie, "/api/auth/tokens", "{\"name\":\"t\"}");
	expect(201, "");
	token = strdup(at("Authorization: Bearer %s", told("token")));
	POST(token, at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"active\":false}");
	expect(200, "");
	GET(cookie, "/api/auth/me");
	expect(401, "not_signed_in");
	GET(token, "/api/auth/me");
	expect(401, "not_signed_in");
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s-secret-1\"}", name, name));
	expect(401, "wrong_credentials");
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("lock.locked_by"), name);
}
END_TEST

START_TEST(a_cookie_write_must_come_from_this_site)
{
	const char *cookie = cookie_of("alice"), *pn = new_item();
	const char *lock_path = strdup(at("/api/items/%s/lock", pn));

	with("Sec-Fetch-Site: cross-site");
	POST(cookie, lock_path, NULL);
	expect(403, "cross_site");
	with("Origin: https://evil.example");
	POST(cookie, lock_path, NULL);
	expect(403, "cross_site");
	with(at("Origin: %s", stack_value("SILO_URL")));
	POST(cookie, lock_path, NULL);
	expect(201, "");
}
END_TEST

START_TEST(a_password_is_changed_with_the_old_one_and_ends_other_sessions)
{
	const char *name = new_user("editor"), *here = cookie_of(name), *there = cookie_of(name);

	with("Sec-Fetch-Site: same-origin");
	POST(here, "/api/auth/password",
	     "{\"current\":\"wrong-secret\",\"new\":\"another-secret-2\"}");
	expect(403, "wrong_password");
	with("Sec-Fetch-Site: same-origin");
	POST(here, "/api/auth/password",
	     at("{\"current\":\"%s-secret-1\",\"new\":\"another-secret-2\"}", name));
	expect(204, "");
	GET(here, "/api/auth/me");
	expect(200, "");
	GET(there, "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(a_password_is_counted_in_characters_also_at_the_sign_in)
{
	const char *name = strdup(fresh("long"));
	char password[2001] = "", *end = password;

	for (int i = 0; i < 1000; i++)
		end = stpcpy(end, "é");
	POST("ada", "/api/users",
	     at("{\"username\":\"%s\",\"role\":\"viewer\",\"password\":\"%s\"}", name, password));
	expect(201, "");
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s\"}", name, password));
	expect(204, "");
}
END_TEST

/* Searched for what was used just now: in every log of the stack, and in what `ps` shows. */
START_TEST(no_secret_is_in_a_log_or_among_arguments)
{
	POST(NULL, "/login", "{\"username\":\"alice\",\"password\":\"alice-secret-1\"}");
	expect(204, "");
	with(at("Cookie: silo_session=%s", stack_value("TOKEN_ALICE")));
	GET(NULL, at("/api/items?token=%s", stack_value("TOKEN_ALICE")));
	expect(401, "not_signed_in");
	GET("alice", at("/api/items?limit=%s", stack_value("TOKEN_ALICE")));
	expect(422, "invalid_value");
	/* The log is there and tells of her; the shell's own arguments name no secret. */
	ck_assert_int_eq(stack_shell("grep -rq user=alice \"$SILO_DIR/log\""), 0);
	ck_assert_int_eq(stack_shell("printf 'alice-%s-1\\n%s\\n' secret \"$TOKEN_ALICE\" "
	                             ">\"$SILO_DIR/tmp/secrets\"\n"
	                             "! grep -rqFf \"$SILO_DIR/tmp/secrets\" \"$SILO_DIR/log\""),
	                 0);
	ck_assert_int_eq(stack_shell("printf '%s\\n' \"$TOKEN_ALICE\" >\"$SILO_DIR/tmp/secrets\"\n"
	                             "! ps axww -o args= | grep -qFf \"$SILO_DIR/tmp/secrets\""),
	                 0);
}
END_TEST

START_TEST(the_last_admin_stays)
{
	send_as("ada", "PATCH", "/api/users/ada", "{\"role\":\"viewer\"}");
	expect(409, "last_admin");
	send_as("ada", "PATCH", "/api/users/ada", "{\"active\":false}");
	expect(409, "last_admin");
}
END_TEST

START_TEST(remote_user_is_never_taken_from_a_header)
{
	with("Remote-User: ada");
	with("REMOTE_USER: ada");
	with("X-Remote-User: ada");
	GET(NULL, "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

TCase *sign_in_case(void)
{
	TCase *tests = tcase_create("sign-in");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, anyone_gets_the_facts_that_clients_share);
	tcase_add_test(tests, a_password_opens_a_session_and_logout_ends_it);
	tcase_add_test(tests, a_session_in_use_lives_on_and_an_idle_one_ends);
	tcase_add_test(tests, a_form_is_sent_on_only_within_this_site);
	tcase_add_test(tests, a_malformed_form_is_refused);
	tcase_add_test(tests, a_wrong_password_and_an_unknown_user_are_answered_alike);
	tcase_add_test(tests, many_failures_make_a_user_wait);
	tcase_add_test(tests, a_token_is_shown_once_works_and_is_revoked);
	tcase_add_test(tests, an_expired_token_is_no_way_in);
	tcase_add_test(tests, deactivation_stops_sessions_and_tokens_at_once_and_leaves_locks);
	tcase_add_test(tests, a_cookie_write_must_come_from_this_site);
	tcase_add_test(tests, a_password_is_changed_with_the_old_one_and_ends_other_sessions);
	tcase_add_test(tests, a_password_is_counted_in_characters_also_at_the_sign_in);
	tcase_add_test(tests, no_secret_is_in_a_log_or_among_arguments);
	tcase_add_test(tests, the_last_admin_stays);
	tcase_add_test(tests, remote_user_is_never_taken_from_a_header);
	return tests;
}
