/* Every route of the route table with every role, by token and by session: who may pass, who not.
 */
#include "config.h"
#include "client.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A real address for a pattern; what it names need not exist. */
static const char *address_of(const char *pattern)
{
	char path[256], *to = path;

	for (const char *from = pattern; *from;) {
		if (*from == ':') {
			size_t length = strcspn(from, "/");
			const char *value = strncmp(from, ":pn", 3) == 0         ? "no-such-item"
			                    : strncmp(from, ":username", 9) == 0 ? "nobody-at-all"
			                    : strncmp(from, ":name", 5) == 0     ? "silo"
			                    : strncmp(from, ":n", 2) == 0
			                        ? "1"
			                        : "00000000-0000-4000-8000-000000000000";

			to = stpcpy(to, value);
			from += length;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return at("%s", path);
}

static int rank(const char *role)
{
	return strcmp(role, "admin") == 0    ? 3
	       : strcmp(role, "editor") == 0 ? 2
	       : strcmp(role, "viewer") == 0 ? 1
	                                     : 0;
}

/* Routes that end what they are called with. */
static bool ends_a_session(const char *pattern)
{
	return strcmp(pattern, "/logout") == 0 || strcmp(pattern, "/login") == 0;
}

static long try_route(int i, const char *who)
{
	bool writes = strcmp(routes[i].method, "GET") != 0;
	long status;

	with("Sec-Fetch-Site: same-origin");
	status = send_as(who, routes[i].method, address_of(routes[i].pattern),
	                 writes ? "{\"not\":\"valid here\"}" : NULL);
	ck_assert_msg(status < 500, "%s %s: %ld %s", routes[i].method, routes[i].pattern, status,
	              told_body());
	return status;
}

static void judge(int i, const char *who, int has)
{
	int needs = rank(routes[i].role);
	bool is_public = strcmp(routes[i].role, "public") == 0 ||
	                 strcmp(routes[i].role, "-") == 0 || strcmp(routes[i].role, "none") == 0;
	long status;

	if (ends_a_session(routes[i].pattern))
		return;
	status = try_route(i, who);
	if (is_public)
		ck_assert_msg(status != 401 && status != 403, "%s %s as %s: %ld", routes[i].method,
		              routes[i].pattern, who, status);
	else if (has < 0)
		ck_assert_msg(status == 401, "%s %s as nobody: %ld", routes[i].method,
		              routes[i].pattern, status);
	else if (has < needs)
		ck_assert_msg(status == 403 && strcmp(told("error"), "role_too_low") == 0,
		              "%s %s as %s: %ld", routes[i].method, routes[i].pattern, who, status);
	else
		ck_assert_msg(status != 401 && strcmp(told("error"), "role_too_low") != 0,
		              "%s %s as %s: %ld", routes[i].method, routes[i].pattern, who, status);
}

static const char *session_of(const char *name, const char *password)
{
	const char *header;

	POST(NULL, "/login", at("{\"username\":\"%s\",\"password\":\"%s\"}", name, password));
	expect(204, "");
	header = told_header("Set-Cookie");
	return strdup(at("Cookie: %.*s", (int)strcspn(header, ";"), header));
}

START_TEST(every_route_with_every_role_by_token)
{
	read_routes();
	for (int i = 0; i < route_count; i++) {
		judge(i, NULL, -1);
		judge(i, "vera", 1);
		judge(i, "alice", 2);
		judge(i, "ada", 3);
		judge(i, "Authorization: Bearer silo_not-a-token", -1);
	}
}
END_TEST

START_TEST(every_route_with_every_role_by_session)
{
	const char *viewer = session_of("vera", "vera-secret-1"),
	           *editor = session_of("alice", "alice-secret-1");
	const char *admin = session_of("ada", "ada-secret-1");

	read_routes();
	for (int i = 0; i < route_count; i++) {
		judge(i, viewer, 1);
		judge(i, editor, 2);
		judge(i, admin, 3);
		judge(i, "Cookie: silo_session=nonsense", -1);
	}
}
END_TEST

/* A token of the caller, as a header; told("id") is its id. */
static const char *token_of(const char *who)
{
	with("Sec-Fetch-Site: same-origin");
	POST(who, "/api/auth/tokens", "{\"name\":\"t\",\"expires_in_days\":1}");
	expect(201, "");
	return strdup(at("Authorization: Bearer %s", told("token")));
}

static const char *new_admin(void)
{
	const char *name = strdup(fresh("gone"));

	POST("ada", "/api/users",
	     at("{\"username\":\"%s\",\"role\":\"admin\",\"password\":\"gone-secret-1\"}", name));
	expect(201, "");
	return name;
}

/* Every route of silo-api, and the streams. */
static void is_nobody(const char *credential)
{
	read_routes();
	for (int i = 0; i < route_count; i++)
		judge(i, credential, -1);
	GET(credential, "/api/events");
	expect(401, "not_signed_in");
}

START_TEST(no_route_for_a_deactivated_user)
{
	const char *name = new_admin(), *session = session_of(name, "gone-secret-1");
	const char *token = token_of(session);

	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"active\":false}");
	expect(200, "");
	is_nobody(session);
	is_nobody(token);
}
END_TEST

START_TEST(a_request_of_a_deactivated_holder_says_so)
{
	const char *name = new_admin(), *session = session_of(name, "gone-secret-1");
	const char *pn = strdup(fresh("HELD"));

	POST("ada", "/api/items", at("{\"part_number\":\"%s\"}", pn));
	with("Sec-Fetch-Site: same-origin");
	POST(session, at("/api/items/%s/lock", pn), "{}");
	expect(201, "");
	POST("bob", at("/api/items/%s/lock/request", pn), "{}");
	ck_assert_str_eq(told("holder_active"), "true");
	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"active\":false}");
	POST("alice", at("/api/items/%s/lock/request", pn), "{}");
	expect(201, "");
	ck_assert_str_eq(told("holder_active"), "false");
}
END_TEST

START_TEST(no_route_with_a_credential_that_has_ended)
{
	const char *name = new_admin(), *session = session_of(name, "gone-secret-1");
	const char *other = session_of(name, "gone-secret-1"), *token = token_of("ada");

	sql(at("update silo.api_tokens set expires_at = now() - interval '1 s' where id = '%s'",
	       told("id")));
	is_nobody(token);
	token = token_of("ada");
	DELETE("ada", at("/api/auth/tokens/%s", told("id")));
	expect(204, "");
	is_nobody(token);
	with("Sec-Fetch-Site: same-origin");
	POST(session, "/logout", "");
	is_nobody(session);
	sql(at("update silo.sessions set expires_at = now() - interval '1 s' where username = '%s'",
	       name));
	is_nobody(other);
}
END_TEST

START_TEST(a_lower_role_counts_at_once)
{
	const char *name = new_admin(), *session = session_of(name, "gone-secret-1");
	const char *token = token_of(session);

	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"role\":\"viewer\"}");
	expect(200, "");
	read_routes();
	for (int i = 0; i < route_count; i++) {
		judge(i, session, 1);
		judge(i, token, 1);
	}
}
END_TEST

START_TEST(a_holder_whose_role_was_lowered_can_still_release)
{
	const char *name = new_admin(), *session = session_of(name, "gone-secret-1");
	const char *one = strdup(new_item()), *two = strdup(new_item()),
	           *other = strdup(new_item());

	for (int i = 0; i < 2; i++) {
		with("Sec-Fetch-Site: same-origin");
		POST(session, at("/api/items/%s/lock", i ? two : one), "{}");
		expect(201, "");
	}
	lock("bob", other);
	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"role\":\"viewer\"}");
	expect(200, "");
	with("Sec-Fetch-Site: same-origin");
	DELETE(session, at("/api/items/%s/lock", other));
	expect(403, "not_lock_owner");
	with("Sec-Fetch-Site: same-origin");
	DELETE(session, at("/api/items/%s/lock", one));
	expect(200, "");
	with("Sec-Fetch-Site: same-origin");
	DELETE(session, "/api/locks?mine=true");
	expect(200, "");
	ck_assert_str_eq(told("locks.0.part_number"), two);
	with("Sec-Fetch-Site: same-origin");
	POST(session, at("/api/items/%s/lock", one), "{}");
	expect(403, "role_too_low");
	with("Sec-Fetch-Site: same-origin");
	POST(session, at("/api/items/%s/lock/request", other), "{}");
	expect(403, "role_too_low");
	lock("alice", one);
	lock("alice", two);
}
END_TEST

TCase *roles_case(void)
{
	TCase *tests = tcase_create("roles");

	tcase_set_timeout(tests, 180);
	tcase_add_test(tests, every_route_with_every_role_by_token);
	tcase_add_test(tests, every_route_with_every_role_by_session);
	tcase_add_test(tests, no_route_for_a_deactivated_user);
	tcase_add_test(tests, a_request_of_a_deactivated_holder_says_so);
	tcase_add_test(tests, no_route_with_a_credential_that_has_ended);
	tcase_add_test(tests, a_lower_role_counts_at_once);
	tcase_add_test(tests, a_holder_whose_role_was_lowered_can_still_release);
	return tests;
}

/* As nginx would vouch for them; the header replaces its own check (main-strict.c). */
START_TEST(every_route_with_every_role_by_remote_user)
{
	read_routes();
	for (int i = 0; i < route_count; i++) {
		judge(i, NULL, -1);
		judge(i, "X-Test-Gateway: vera", 1);
		judge(i, "X-Test-Gateway: alice", 2);
		judge(i, "X-Test-Gateway: ada", 3);
		judge(i, "X-Test-Gateway: no name/at all", -1);
	}
}
END_TEST

START_TEST(no_route_for_a_deactivated_remote_user)
{
	const char *name = new_admin();

	send_as("ada", "PATCH", at("/api/users/%s", name), "{\"active\":false}");
	expect(200, "");
	is_nobody(strdup(at("X-Test-Gateway: %s", name)));
}
END_TEST

TCase *remote_roles_case(void)
{
	TCase *tests = tcase_create("remote roles");

	tcase_set_timeout(tests, 180);
	tcase_add_test(tests, every_route_with_every_role_by_remote_user);
	tcase_add_test(tests, no_route_for_a_deactivated_remote_user);
	return tests;
}
