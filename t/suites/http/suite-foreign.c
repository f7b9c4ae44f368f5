/*
 * What other sites and other users try: forged writes by cookie, chosen sessions, another's tokens,
 * guessed passwords.
 */
#include "config.h"
#include "client.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The Cookie header of a new session; told_header("Set-Cookie") still tells of it afterwards. */
static const char *session_of(const char *name)
{
	const char *header;

	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s-secret-1\"}", name, name));
	expect(204, "");
	header = told_header("Set-Cookie");
	return strdup(at("Cookie: %.*s", (int)strcspn(header, ";"), header));
}

static const char *address_of(const char *pattern, const char *pn)
{
	char path[300], *to = path;

	while (*pattern) {
		if (*pattern != ':') {
			*to++ = *pattern++;
			continue;
		}
		to = stpcpy(to, strncmp(pattern, ":pn", 3) == 0         ? pn
		                : strncmp(pattern, ":username", 9) == 0 ? "alice"
		                                                        : "1");
		pattern += strcspn(pattern, "/");
	}
	*to = '\0';
	return strdup(path);
}

/* ---- other sites ----------------------------------------------------------------------------- */

/* What a browser says of a request that another site's page, or nobody knows what, has made. */
static const char *const elsewhere[] = {
    NULL,
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
    "Sec-Fetch-Site;",
    "Sec-Fetch-Site: SAME-ORIGIN",
    "Origin: null",
    "Origin: https://evil.example",
    "Origin: http://127.0.0.1",
    "Referer: http://127.0.0.1/",
};

/* What a page can send without asking the server first. */
static const char *const simple_types[] = {
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: multipart/form-data; boundary=b",
    "Content-Type: text/plain",
};

static void write_from_elsewhere(int i, const char *cookie, const char *pn, const char *origin,
                                 const char *type)
{
	const char *path = address_of(routes[i].pattern, pn);

	if (origin)
		with(origin);
	with(type);
	send_as(cookie, routes[i].method, path, "{}");
	ck_assert_msg(told_status() == 403 && strcmp(told("error"), "cross_site") == 0,
	              "%s %s with %s, %s: %ld %s", routes[i].method, path,
	              origin ? origin : "no origin", type, told_status(), told_body());
}

START_TEST(no_write_by_cookie_comes_from_another_site)
{
	const char *cookie = session_of("ada"), *pn = new_item();

	read_routes();
	for (int i = 0; i < route_count; i++) {
		if (strcmp(routes[i].method, "GET") == 0 || strcmp(routes[i].role, "public") == 0)
			continue;
		for (size_t from = 0; from < COUNT(elsewhere); from++)
			write_from_elsewhere(i, cookie, pn, elsewhere[from],
			                     simple_types[from % COUNT(simple_types)]);
		/* The proof of one header is none against the other. */
		with("Sec-Fetch-Site: cross-site");
		write_from_elsewhere(i, cookie, pn, at("Origin: %s", stack_value("SILO_URL")),
		                     "Content-Type: application/json");
	}
	GET("vera", at("/api/items/%s", pn));
	expect(200, "");
}
END_TEST

/* What a page can send without asking first, from a browser that tells nothing, is no program's. */
START_TEST(a_program_writes_by_cookie_without_saying_where_it_comes_from)
{
	const char *cookie = session_of("alice"), *pn = new_item();
	const char *lock = strdup(at("/api/items/%s/lock", pn)), *token;

	POST(cookie, "/api/auth/tokens", "{\"name\":\"workbench\"}");
	expect(201, "");
	token = strdup(at("/api/auth/tokens/%s", told("id")));
	GET(at("Authorization: Bearer %s", told("token")), "/api/auth/me");
	ck_assert_str_eq(told("username"), "alice");
	DELETE(cookie, token);
	expect(204, "");
	POST(cookie, lock, "{}");
	expect(201, "");
	PUT(cookie, at("/api/items/%s", pn), "{\"description\":\"by a program\"}");
	expect(200, "");
	DELETE(cookie, lock);
	expect(200, "");
	POST(cookie, lock, NULL);
	expect(403, "cross_site");
	for (size_t i = 0; i < COUNT(simple_types); i++) {
		with(simple_types[i]);
		POST(cookie, lock, "{}");
		expect(403, "cross_site");
	}
	GET("vera", lock);
	ck_assert_str_eq(told("locked"), "false");
	POST(cookie, "/logout", NULL);
	expect(204, "");
	GET(cookie, "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(no_other_site_signs_a_browser_in_or_out)
{
	const char *cookie = session_of("alice");

	with("Origin: https://evil.example");
	POST(cookie, "/logout", "");
	expect(403, "cross_site");
	with("Sec-Fetch-Site: cross-site");
	POST(cookie, "/logout", "");
	expect(403, "cross_site");
	GET(cookie, "/api/auth/me");
	expect(200, "");
	with("Content-Type: application/x-www-form-urlencoded");
	with("Origin: https://evil.example");
	POST(NULL, "/login", "username=bob&password=bob-secret-1");
	expect(403, "cross_site");
	ck_assert_str_eq(told_header("Set-Cookie"), "");
}
END_TEST

START_TEST(no_other_site_may_read)
{
	const char *cookie = session_of("alice");
	static const char *const methods[] = {"GET", "OPTIONS"};

	for (size_t i = 0; i < COUNT(methods); i++) {
		with("Origin: https://evil.example");
		with("Access-Control-Request-Method: PUT");
		with("Access-Control-Request-Headers: authorization");
		send_as(cookie, methods[i], "/api/items", NULL);
		ck_assert_int_eq(told_status(), i == 0 ? 200 : 405);
		ck_assert_str_eq(told_header("Access-Control-Allow-Origin"), "");
		ck_assert_str_eq(told_header("Access-Control-Allow-Credentials"), "");
		ck_assert_str_eq(told_header("Cross-Origin-Resource-Policy"), "same-origin");
	}
}
END_TEST

/* ---- sessions -------------------------------------------------------------------------------- */

START_TEST(a_session_is_never_one_that_somebody_has_chosen)
{
	const char *chosen = "Cookie: silo_session=chosen-by-an-attacker-before-the-sign-in";
	const char *theirs = session_of("bob"), *mine;

	with(chosen);
	mine = session_of("alice");
	ck_assert_str_ne(mine, chosen);
	GET(chosen, "/api/auth/me");
	expect(401, "not_signed_in");
	/* Nor one that is there already: signing in over it makes another. */
	with(theirs);
	mine = session_of("alice");
	ck_assert_str_ne(mine, theirs);
	GET(theirs, "/api/auth/me");
	ck_assert_str_eq(told("username"), "bob");
	GET(mine, "/api/auth/me");
	ck_assert_str_eq(told("username"), "alice");
	/* Nor one in the address. */
	GET(NULL, at("/api/auth/me?silo_session=%s", mine + strlen("Cookie: silo_session=")));
	expect(401, "not_signed_in");
}
END_TEST

START_TEST(a_secret_of_one_kind_is_none_of_another)
{
	const char *session = session_of("alice"), *secret = strchr(session, '=') + 1;
	const char *hash;

	GET(at("Authorization: Bearer %s", secret), "/api/auth/me");
	expect(401, "not_signed_in");
	GET(at("Cookie: silo_session=%s", stack_value("TOKEN_ALICE")), "/api/auth/me");
	expect(401, "not_signed_in");
	/* What the database keeps opens nothing. */
	hash = sql_value("select token_hash from silo.api_tokens where username = 'alice' limit 1");
	GET(at("Authorization: Bearer %s", hash), "/api/auth/me");
	expect(401, "not_signed_in");
	hash = sql_value("select session_hash from silo.sessions where username = 'alice' limit 1");
	GET(at("Cookie: silo_session=%s", hash), "/api/auth/me");
	expect(401, "not_signed_in");
}
END_TEST

/* ---- tokens and passwords of others ---------------------------------------------------------- */

START_TEST(nobody_sees_or_uses_the_tokens_of_another)
{
	static const char *const others[] = {"ada", "alice", "vera"};
	const char *id, *token;

	POST("bob", "/api/auth/tokens", "{\"name\":\"only-bobs\"}");
	expect(201, "");
	id = strdup(told("id"));
	token = strdup(at("Authorization: Bearer %s", told("token")));
	for (size_t i = 0; i < COUNT(others); i++) {
		GET(others[i], "/api/auth/tokens?limit=1000");
		expect(200, "");
		ck_assert_ptr_null(strstr(told_body(), "only-bobs"));
		GET(others[i], "/api/auth/tokens?limit=1000&username=bob&user=bob");
		expect(400, "unknown_parameter");
		ck_assert_ptr_null(strstr(told_body(), "only-bobs"));
		DELETE(others[i], at("/api/auth/tokens/%s", id));
		expect(404, "token_not_found");
		/* One made in another's name is one's own. */
		POST(others[i], "/api/auth/tokens", "{\"name\":\"x\",\"username\":\"bob\"}");
		expect(201, "");
		GET(at("Authorization: Bearer %s", told("token")), "/api/auth/me");
		ck_assert_str_eq(told("username"), others[i]);
	}
	GET(token, "/api/auth/me");
	ck_assert_str_eq(told("username"), "bob");
}
END_TEST

/* The header of a new token of the user with `credential`; told("id") is its id. */
static const char *token_by(const char *credential, const char *days)
{
	POST(credential, "/api/auth/tokens", at("{\"name\":\"t\",\"expires_in_days\":%s}", days));
	expect(201, "");
	return strdup(at("Authorization: Bearer %s", told("token")));
}

START_TEST(a_token_makes_none_that_outlives_it)
{
	const char *parent = token_by(session_of("bob"), "7"), *child, *grandchild, *sibling;
	const char *id = strdup(told("id")), *end = strdup(told("expires_at"));

	sibling = token_by(session_of("bob"), "null");
	ck_assert_str_eq(told("expires_at"), "");
	child = token_by(parent, "null");
	ck_assert_str_eq(told("expires_at"), end);
	grandchild = token_by(child, "3650");
	ck_assert_str_eq(told("expires_at"), end);
	token_by(child, "1");
	ck_assert_int_lt(strcmp(told("expires_at"), end), 0);
	GET(grandchild, "/api/auth/me");
	ck_assert_str_eq(told("username"), "bob");
	DELETE("bob", at("/api/auth/tokens/%s", id));
	expect(204, "");
	GET(child, "/api/auth/me");
	expect(401, "not_signed_in");
	GET(grandchild, "/api/auth/me");
	expect(401, "not_signed_in");
	GET(sibling, "/api/auth/me");
	expect(200, "");
}
END_TEST

START_TEST(no_answer_tells_a_hash)
{
	const char *cookie = session_of("ada");

	read_routes();
	for (int i = 0; i < route_count; i++) {
		if (strcmp(routes[i].method, "GET") != 0)
			continue;
		GET(cookie, address_of(routes[i].pattern, new_item()));
		ck_assert_ptr_null(strstr(told_body(), "argon2"));
		ck_assert_ptr_null(strstr(told_body(), "_hash"));
		ck_assert_ptr_null(strstr(told_body(), "-secret-1"));
	}
}
END_TEST

/* ---- guessing -------------------------------------------------------------------------------- */

START_TEST(an_address_waits_after_many_failures_under_any_name)
{
	sql("delete from silo.login_failures");
	sql("insert into silo.login_failures (subject, failures, last_at)"
	    " values ('address:127.0.0.1', 60, clock_timestamp())");
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"x\"}", fresh("nobody")));
	expect(429, "too_many_attempts");
	ck_assert_int_gt(atol(told_header("Retry-After")), 0);
	/* An address that a client only claims is none. */
	with("X-Forwarded-For: 192.0.2.1");
	with("X-Real-IP: 192.0.2.1");
	with("Forwarded: for=192.0.2.1");
	POST(NULL, "/login", "{\"username\":\"alice\",\"password\":\"alice-secret-1\"}");
	expect(429, "too_many_attempts");
	/* Tokens and sessions go on. */
	GET("alice", "/api/auth/me");
	expect(200, "");
	sql("update silo.login_failures set last_at = last_at - interval '1 minute'");
	session_of("alice");
	/* Who can sign in has not thereby earned new guesses. */
	ck_assert_str_eq(sql_value("select failures from silo.login_failures"
	                           " where subject = 'address:127.0.0.1'"),
	                 "60");
	sql("delete from silo.login_failures");
}
END_TEST

START_TEST(an_unknown_user_leaves_the_same_trace_as_a_wrong_password)
{
	const char *nobody = strdup(fresh("nobody"));

	sql("delete from silo.login_failures");
	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"wrong\"}", nobody));
	expect(401, "wrong_credentials");
	POST(NULL, "/login", "{\"username\":\"vera\",\"password\":\"wrong\"}");
	expect(401, "wrong_credentials");
	ck_assert_str_eq(
	    sql_value(at("select string_agg(failures::text, ' ') from silo.login_failures"
	                 " where subject in ('user:vera', 'user:' || lower('%s'))",
	                 nobody)),
	    "1 1");
	sql("delete from silo.login_failures");
	/* No matter who made the user: the hash has the cost that the stand-in for unknown users
	 * has. */
	ck_assert_str_eq(
	    sql_value("select string_agg(distinct split_part(password_hash, '$', 4), ' ')"
	              " from silo.users where password_hash is not null"),
	    "m=65536,t=2,p=1");
}
END_TEST

TCase *foreign_case(void)
{
	TCase *tests = tcase_create("foreign");

	tcase_set_timeout(tests, 180);
	tcase_add_test(tests, no_write_by_cookie_comes_from_another_site);
	tcase_add_test(tests, a_program_writes_by_cookie_without_saying_where_it_comes_from);
	tcase_add_test(tests, no_other_site_signs_a_browser_in_or_out);
	tcase_add_test(tests, no_other_site_may_read);
	tcase_add_test(tests, a_session_is_never_one_that_somebody_has_chosen);
	tcase_add_test(tests, a_secret_of_one_kind_is_none_of_another);
	tcase_add_test(tests, nobody_sees_or_uses_the_tokens_of_another);
	tcase_add_test(tests, a_token_makes_none_that_outlives_it);
	tcase_add_test(tests, no_answer_tells_a_hash);
	tcase_add_test(tests, an_address_waits_after_many_failures_under_any_name);
	tcase_add_test(tests, an_unknown_user_leaves_the_same_trace_as_a_wrong_password);
	return tests;
}
