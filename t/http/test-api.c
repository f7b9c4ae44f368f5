/*
 * The HTTP contract through the real nginx, workers and Postgres: who may do what (from the route
 * table), signing in, paging, conditional requests, and what bad input gets.
 */
#include "config.h"
#include "files-client.h"
#include "api-words.h"

#include <signal.h>

/* ---- roles ----------------------------------------------------------------------------------- */

/* Values for the :names of a pattern, such that nothing is there. */
static void fill_in(char path[300], const char *pattern)
{
	static const char *const names[][2] = {{":pn", "NONE-1"},
	                                       {":uuid", "00000000-0000-0000-0000-000000000000"},
	                                       {":username", "nobody"},
	                                       {":id", "00000000-0000-0000-0000-000000000000"},
	                                       {":n", "1"}};
	size_t used = 0;

	while (*pattern != '\0') {
		size_t length = *pattern == ':' ? strcspn(pattern, "/") : 1;
		const char *text = NULL;

		for (size_t i = 0; *pattern == ':' && i < sizeof names / sizeof *names; i++)
			if (strlen(names[i][0]) == length &&
			    strncmp(names[i][0], pattern, length) == 0)
				text = names[i][1];
		ck_assert_msg(*pattern != ':' || text != NULL, "no value for %s", pattern);
		used += (size_t)snprintf(path + used, 300 - used, "%.*s",
		                         text != NULL ? (int)strlen(text) : 1,
		                         text != NULL ? text : pattern);
		pattern += length;
	}
}

static int rank(const char *role)
{
	static const char *const roles[] = {"public", "any", "viewer", "editor", "admin"};

	for (int i = 0; i < 5; i++)
		if (strcmp(roles[i], role) == 0)
			return i;
	ck_abort_msg("no role %s", role);
}

START_TEST(every_route_holds_its_role_for_everybody)
{
	static const struct {
		const char *user;
		int rank;
	} users[] = {{NULL, 0}, {"VERA", 2}, {"ALICE", 3}, {"ADA", 4}};
	char method[10], pattern[200], role[10], path[300];
	FILE *routes = popen("\"${SILO_BUILD:-.}\"/silo-api --routes", "r");
	int count = 0;

	while (fscanf(routes, "%9s %199s %9s", method, pattern, role) == 3) {
		fill_in(path, pattern);
		for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
			long status = call(users[i].user, method, path, NULL, 0, NULL);

			if (users[i].rank >= rank(role))
				ck_assert_msg(status != 401 && status != 403 && status < 500,
				              "%s %s as %s: %ld", method, pattern, users[i].user,
				              status);
			else if (users[i].rank == 0)
				expect(401, "not_signed_in");
			else
				expect(403, "role_too_low");
			if (status == 401)
				ck_assert_str_eq(header_of("WWW-Authenticate"), "Bearer");
			ck_assert_uint_ge(strlen(header_of("X-Request-Id")), 16);
		}
		count++;
	}
	ck_assert_int_eq(pclose(routes), 0);
	ck_assert_int_ge(count, 38);
}
END_TEST

START_TEST(who_may_not_hears_nothing_of_what_is_wrong_with_the_body)
{
	say("VERA", "POST", "/api/items", "{\"part_number\":");
	expect(403, "role_too_low");
	say(NULL, "POST", "/api/items", "{\"part_number\":");
	expect(401, "not_signed_in");
}
END_TEST

/* ---- bad input ------------------------------------------------------------------------------- */

static const struct {
	const char *method, *path, *body;
	long status;
	const char *code, *field;
} wrong[] = {
    {"GET", "/api/items/NONE-1", NULL, 404, "item_not_found", ""},
    {"GET", "/api/nothing", NULL, 404, "not_found", ""},
    {"PATCH", "/api/items", NULL, 405, "method_not_allowed", ""},
    {"GET", "/api/items/a%2Fb", NULL, 400, "invalid_part_number", ""},
    {"GET", "/api/items/a%27b", NULL, 400, "invalid_part_number", ""},
    {"GET", "/api/items/a%22b", NULL, 400, "invalid_part_number", ""},
    {"GET", "/api/items/%C3%BC", NULL, 400, "invalid_part_number", ""},
    {"GET", "/api/items/.a", NULL, 400, "invalid_part_number", ""},
    {"GET", "/api/items/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
     400, "invalid_part_number", ""},
    {"GET", "/api/items/by-uuid/12", NULL, 400, "invalid_uuid", ""},
    {"GET", "/api/items?q=%FF", NULL, 400, "invalid_query", ""},
    {"GET", "/api/items?limit=0", NULL, 422, "invalid_value", "limit"},
    {"GET", "/api/items?limit=1001", NULL, 422, "invalid_value", "limit"},
    {"GET", "/api/items?limit=ten", NULL, 422, "invalid_value", "limit"},
    {"GET", "/api/items?sort=colour", NULL, 422, "invalid_value", "sort"},
    {"GET", "/api/items?type=car", NULL, 422, "invalid_value", "type"},
    {"GET", "/api/items?lock=maybe", NULL, 422, "invalid_value", "lock"},
    {"GET", "/api/items?cursor=AAAA", NULL, 422, "invalid_cursor", "cursor"},
    {"GET", "/api/locks?expiring_within=soon", NULL, 422, "invalid_value", "expiring_within"},
    {"POST", "/api/items", "{\"part_number\":\"X\"", 400, "invalid_json", ""},
    {"POST", "/api/items", "{\"part_number\":\"X\",\"part_number\":\"Y\"}", 400, "invalid_json",
     ""},
    {"POST", "/api/items", "{\"part_number\":\"a\\u0000\"}", 400, "invalid_json", ""},
    {"POST", "/api/items", "{\"part_number\":\"\xff\"}", 400, "invalid_json", ""},
    {"POST", "/api/items", "[]", 400, "invalid_json", ""},
    {"POST", "/api/items", "{}", 422, "missing_value", "part_number"},
    {"POST", "/api/items", "{\"part_number\":5}", 422, "invalid_value", "part_number"},
    {"POST", "/api/items", "{\"part_number\":\"a/b\"}", 422, "invalid_value", "part_number"},
    {"POST", "/api/items", "{\"category\":\"a b\"}", 422, "invalid_value", "category"},
    {"POST", "/api/items", "{\"part_number\":\"X\",\"item_type\":\"car\"}", 422, "invalid_value",
     "item_type"},
    {"POST", "/api/items", "{\"part_number\":\"X\",\"properties\":[]}", 422, "invalid_value",
     "properties"},
    {"POST", "/api/items", "{\"part_number\":\"X\",\"properties\":{\"a\":1e999}}", 422,
     "invalid_value", "properties"},
    {"POST", "/api/items/NONE-1/lock", "{\"expires_in\":59}", 422, "invalid_value", "expires_in"},
    {"POST", "/api/items/NONE-1/lock", "{\"expires_in\":99999999}", 422, "invalid_value",
     "expires_in"},
    {"POST", "/api/items/NONE-1/lock", "{\"comment\":7}", 422, "invalid_value", "comment"},
    {"POST", "/api/items/NONE-1/lock", NULL, 404, "item_not_found", ""},
    {"POST", "/api/locks", "{\"part_numbers\":[]}", 422, "invalid_value", "part_numbers"},
    {"POST", "/api/locks", "{\"part_numbers\":[\"NONE-1\"]}", 404, "item_not_found", ""},
    {"POST", "/api/auth/tokens", "{\"name\":\"t\",\"expires_in_days\":0}", 422, "invalid_value",
     "expires_in_days"},
    {"POST", "/api/auth/password", "{\"current\":\"x\",\"new\":\"short\"}", 422, "invalid_value",
     "new"},
    {"POST", "/api/auth/password", "{\"current\":\"x\",\"new\":\"long enough\"}", 403,
     "wrong_password", "current"},
    {"POST", "/api/generate-part-number", "{}", 422, "missing_value", "category"},
};

START_TEST(bad_input_is_answered_by_its_code_and_field)
{
	say("ALICE", wrong[_i].method, wrong[_i].path, wrong[_i].body);
	ck_assert_msg(answer.status == wrong[_i].status &&
	                  strcmp(member("error"), wrong[_i].code) == 0 &&
	                  strcmp(member("field"), wrong[_i].field) == 0,
	              "%s %s %s: %ld %s", wrong[_i].method, wrong[_i].path, wrong[_i].body,
	              answer.status, answer.body.at);
	ck_assert_uint_gt(strlen(member("message")), 5);
}
END_TEST

START_TEST(malformed_json_names_the_position)
{
	say("ALICE", "POST", "/api/items", "{\"part_number\":\"A\",}");
	expect(400, "invalid_json");
	ck_assert_str_eq(member("position"), "19");
}
END_TEST

START_TEST(a_wrong_method_is_told_the_right_ones)
{
	call("ALICE", "PATCH", "/api/items/NONE-1", NULL, 0, NULL);
	expect(405, "method_not_allowed");
	ck_assert_str_eq(header_of("Allow"), "GET, HEAD, PUT, DELETE");
}
END_TEST

START_TEST(too_large_or_foreign_bodies_are_refused)
{
	size_t length = 1100000;
	char *body = malloc(length);

	memset(body, ' ', length);
	call("ALICE", "POST", "/api/items", body, length, JSON);
	expect(413, "body_too_large");
	call("ALICE", "POST", "/api/items", "<a/>", 4, "Content-Type: text/xml");
	expect(415, "unsupported_media_type");
	free(body);
}
END_TEST

/* ---- lists and conditional requests ---------------------------------------------------------- */

START_TEST(pages_show_every_item_once)
{
	char path[1000], project[40], cursor[600] = "", seen[400] = "";
	int pages = 0;

	snprintf(project, sizeof project, "pages-%d", (int)getpid());
	for (int i = 0; i < 7; i++) {
		char body[200];

		snprintf(body, sizeof body, "{\"part_number\":\"P%d-%d\",\"project\":\"%s\"}",
		         (int)getpid(), i, project);
		ck_assert_int_eq(say("ALICE", "POST", "/api/items", body), 201);
	}
	do {
		json_object *items;

		snprintf(path, sizeof path, "/api/items?project=%s&sort=-created_at&limit=3%s%s",
		         project, *cursor ? "&cursor=" : "", cursor);
		ck_assert_int_eq(get("VERA", path, NULL), 200);
		json_object_object_get_ex(answer.json, "items", &items);
		for (size_t i = 0; i < json_object_array_length(items); i++) {
			json_object *one = json_object_array_get_idx(items, i), *pn;

			json_object_object_get_ex(one, "part_number", &pn);
			strcat(seen, strrchr(json_object_get_string(pn), '-'));
		}
		snprintf(cursor, sizeof cursor, "%s", member("next_cursor"));
		ck_assert_int_le(++pages, 3);
	} while (strcmp(cursor, "null") != 0);
	ck_assert_str_eq(seen, "-6-5-4-3-2-1-0");
}
END_TEST

START_TEST(a_known_item_is_304_until_its_lock_changes)
{
	const char *item = new_item();
	char path[100], tag[200];

	snprintf(path, sizeof path, "/api/items/%s", item);
	get("VERA", path, NULL);
	snprintf(tag, sizeof tag, "If-None-Match: %s", header_of("ETag"));
	ck_assert_int_eq(get("VERA", path, tag), 304);
	ck_assert_int_eq(call("VERA", "HEAD", path, NULL, 0, tag), 304);
	ck_assert_int_eq(say("ALICE", "POST", at_item(item, "lock"), NULL), 201);
	ck_assert_int_eq(get("VERA", path, tag), 200);
	ck_assert_int_eq(call("VERA", "HEAD", path, NULL, 0, NULL), 200);
	ck_assert_uint_eq(answer.body.length, 0);
}
END_TEST

START_TEST(categories_number_their_items)
{
	char body[100], first[70];

	snprintf(body, sizeof body, "{\"category\":\"C%d\"}", (int)getpid());
	ck_assert_int_eq(say("ALICE", "POST", "/api/generate-part-number", body), 200);
	snprintf(first, sizeof first, "%s", member("part_number"));
	ck_assert_int_eq(say("ALICE", "POST", "/api/items", body), 201);
	ck_assert_str_eq(member("part_number"), first);
	ck_assert_ptr_nonnull(strstr(header_of("Location"), first));
	ck_assert_int_eq(say("ALICE", "POST", "/api/items", body), 201);
	ck_assert_str_ne(member("part_number"), first);
}
END_TEST

/* ---- signing in ------------------------------------------------------------------------------ */

/* The session cookie of the last answer as a request header. */
static const char *session(void)
{
	static char header[300];
	const char *cookie = header_of("Set-Cookie");

	ck_assert_ptr_nonnull(strstr(cookie, "HttpOnly; SameSite=Lax"));
	snprintf(header, sizeof header, "Cookie: %.*s", (int)strcspn(cookie, ";"), cookie);
	return header;
}

START_TEST(a_session_lives_from_login_to_logout)
{
	char cookie[300], header[400];

	ck_assert_int_eq(
	    say(NULL, "POST", "/login", "{\"username\":\"Vera\",\"password\":\"vera-secret-1\"}"),
	    204);
	snprintf(cookie, sizeof cookie, "%s", session());
	ck_assert_int_eq(get(NULL, "/api/auth/me", cookie), 200);
	ck_assert_str_eq(member("username"), "vera");
	ck_assert_str_eq(member("auth_source"), "session");
	snprintf(header, sizeof header, "%s\nSec-Fetch-Site: same-origin", cookie);
	ck_assert_int_eq(call(NULL, "POST", "/logout", NULL, 0, header), 204);
	ck_assert_int_eq(get(NULL, "/api/auth/me", cookie), 401);
}
END_TEST

START_TEST(a_form_goes_on_to_a_page_of_this_site_only)
{
	static const char *const next[][2] = {{"", "/"},
	                                      {"&next=%2Fitems%3Fq%3Da", "/items?q=a"},
	                                      {"&next=%2F%2Fevil.example", "/"},
	                                      {"&next=https%3A%2F%2Fevil.example", "/"},
	                                      {"&next=%2F%5Cevil.example", "/"},
	                                      {"&next=%2Fa%0D%0ASet-Cookie%3Ax", "/"}};
	char form[300];

	for (size_t i = 0; i < sizeof next / sizeof *next; i++) {
		snprintf(form, sizeof form, "username=vera&password=vera-secret-1%s", next[i][0]);
		call(NULL, "POST", "/login", form, strlen(form), FORM);
		ck_assert_int_eq(answer.status, 303);
		ck_assert_str_eq(header_of("Location"), next[i][1]);
	}
}
END_TEST

START_TEST(unknown_user_and_wrong_password_look_the_same)
{
	char unknown[500];

	say(NULL, "POST", "/login", "{\"username\":\"nobody-here\",\"password\":\"x\"}");
	expect(401, "wrong_credentials");
	snprintf(unknown, sizeof unknown, "%s", answer.body.at);
	say(NULL, "POST", "/login", "{\"username\":\"bob\",\"password\":\"x\"}");
	expect(401, "wrong_credentials");
	ck_assert_str_eq(answer.body.at, unknown);
	ck_assert_str_eq(header_of("Set-Cookie"), "");
}
END_TEST

START_TEST(guessing_is_slowed_down)
{
	for (int tries = 0; tries < 5; tries++)
		say(NULL, "POST", "/login", "{\"username\":\"guessed\",\"password\":\"x\"}");
	expect(401, "wrong_credentials");
	say(NULL, "POST", "/login", "{\"username\":\"guessed\",\"password\":\"x\"}");
	expect(429, "too_many_attempts");
	ck_assert_int_ge(atol(header_of("Retry-After")), 1);
}
END_TEST

START_TEST(a_cookie_alone_writes_nothing)
{
	static const char item[] = "{\"part_number\":\"CROSS-1\"}";
	char cookie[300], header[500];

	say(NULL, "POST", "/login", "{\"username\":\"bob\",\"password\":\"bob-secret-1\"}");
	snprintf(cookie, sizeof cookie, "%s", session());
	snprintf(header, sizeof header, JSON "\n%s", cookie);
	call(NULL, "POST", "/api/items", item, sizeof item - 1, header);
	expect(403, "cross_site");
	snprintf(header, sizeof header, JSON "\nOrigin: http://evil.example\n%s", cookie);
	call(NULL, "POST", "/api/items", item, sizeof item - 1, header);
	expect(403, "cross_site");
	snprintf(header, sizeof header, JSON "\nOrigin: %s\n%s", env("SILO_URL"), cookie);
	ck_assert_int_eq(call(NULL, "POST", "/api/items", item, sizeof item - 1, header), 201);
}
END_TEST

START_TEST(a_token_is_shown_once_and_ends_when_revoked)
{
	char secret[100], path[200], header[200];

	ck_assert_int_eq(
	    say("BOB", "POST", "/api/auth/tokens", "{\"name\":\"laptop\",\"expires_in_days\":1}"),
	    201);
	ck_assert_uint_eq(strlen(member("token")), 48);
	ck_assert_int_eq(strncmp(member("token"), member("prefix"), 12), 0);
	snprintf(secret, sizeof secret, "%s", member("token"));
	snprintf(path, sizeof path, "/api/auth/tokens/%s", member("id"));
	snprintf(header, sizeof header, "Authorization: Bearer %s", secret);
	ck_assert_int_eq(get(NULL, "/api/auth/me", header), 200);
	get("BOB", "/api/auth/tokens", NULL);
	ck_assert_ptr_null(strstr(answer.body.at, secret));
	call("ALICE", "DELETE", path, NULL, 0, NULL);
	expect(404, "token_not_found");
	ck_assert_int_eq(call("BOB", "DELETE", path, NULL, 0, NULL), 204);
	ck_assert_int_eq(get(NULL, "/api/auth/me", header), 401);
}
END_TEST

START_TEST(a_deactivated_user_is_out_at_once_but_the_lock_stays)
{
	const char *item = new_item();
	char cookie[400];

	ck_assert_int_eq(
	    say("ADA", "POST", "/api/users",
	        "{\"username\":\"otto\",\"role\":\"editor\",\"password\":\"otto-secret-1\"}"),
	    201);
	say(NULL, "POST", "/login", "{\"username\":\"otto\",\"password\":\"otto-secret-1\"}");
	snprintf(cookie, sizeof cookie, "%s\nSec-Fetch-Site: same-origin", session());
	ck_assert_int_eq(call(NULL, "POST", at_item(item, "lock"), NULL, 0, cookie), 201);
	ck_assert_int_eq(say("ADA", "PATCH", "/api/users/otto", "{\"active\":false}"), 200);
	ck_assert_int_eq(get(NULL, "/api/auth/me", cookie), 401);
	say(NULL, "POST", "/login", "{\"username\":\"otto\",\"password\":\"otto-secret-1\"}");
	expect(401, "wrong_credentials");
	say("ALICE", "POST", at_item(item, "lock"), NULL);
	expect(409, "locked");
	ck_assert_int_eq(call("ADA", "DELETE", at_item(item, "lock"), NULL, 0, NULL), 200);
}
END_TEST

START_TEST(the_last_admin_stays)
{
	say("ADA", "PATCH", "/api/users/ada", "{\"role\":\"editor\"}");
	expect(409, "last_admin");
}
END_TEST

START_TEST(no_header_stands_for_an_authenticated_user)
{
	ck_assert_int_eq(get(NULL, "/api/auth/me", "Remote-User: ada\nX-Remote-User: ada"), 401);
}
END_TEST

/* ---- operations ------------------------------------------------------------------------------ */

START_TEST(the_server_says_how_it_is)
{
	ck_assert_int_eq(get(NULL, "/health", NULL), 200);
	ck_assert_str_eq(member("status"), "ok");
	ck_assert_str_eq(member("mode"), "normal");
	ck_assert_int_eq(get(NULL, "/ready", NULL), 200);
	ck_assert_str_eq(member("sse_clients"), "0");
	ck_assert_int_eq(get(NULL, "/metrics", NULL), 200);
	ck_assert_ptr_nonnull(
	    strstr(answer.body.at, "\nsilo_http_requests_total{status=\"2xx\"} "));
}
END_TEST

START_TEST(a_read_only_server_reads_and_refuses_to_write)
{
	const char *item = new_item();

	sql("select silo.server_mode_set('read-only')");
	say("ALICE", "POST", at_item(item, "lock"), NULL);
	expect(503, "server_read_only");
	ck_assert_int_ge(atol(header_of("Retry-After")), 1);
	ck_assert_int_eq(get("VERA", "/api/items", NULL), 200);
	get(NULL, "/health", NULL);
	ck_assert_str_eq(member("mode"), "read-only");
	sql("select silo.server_mode_set('normal')");
	ck_assert_int_eq(say("ALICE", "POST", at_item(item, "lock"), NULL), 201);
}
END_TEST

START_TEST(an_absent_database_is_503_and_comes_back_by_itself)
{
	int tries = 0;

	ck_assert_int_eq(stack_command("stop-postgres"), 0);
	get("VERA", "/api/items", NULL);
	expect(503, "unavailable");
	ck_assert_int_ge(atol(header_of("Retry-After")), 1);
	ck_assert_int_eq(get(NULL, "/health", NULL), 200);
	ck_assert_int_eq(get(NULL, "/ready", NULL), 503);
	ck_assert_int_eq(stack_command("start-postgres"), 0);
	while (get("VERA", "/api/items", NULL) != 200 && tries++ < 50)
		usleep(100000);
	ck_assert_int_lt(tries, 50);
}
END_TEST

START_TEST(no_request_is_refused_while_the_settings_are_read_again)
{
	for (int round = 0; round < 5; round++) {
		kill((pid_t)atol(env("SILO_API_PID")), SIGHUP);
		for (int i = 0; i < 100; i++)
			ck_assert_int_eq(get("VERA", "/api/auth/me", NULL), 200);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api");
	TCase *tests = tcase_create("contract");
	SRunner *runner;
	int failed;

	stack_up();
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, every_route_holds_its_role_for_everybody);
	tcase_add_test(tests, who_may_not_hears_nothing_of_what_is_wrong_with_the_body);
	tcase_add_loop_test(tests, bad_input_is_answered_by_its_code_and_field, 0,
	                    sizeof wrong / sizeof *wrong);
	tcase_add_test(tests, malformed_json_names_the_position);
	tcase_add_test(tests, a_wrong_method_is_told_the_right_ones);
	tcase_add_test(tests, too_large_or_foreign_bodies_are_refused);
	tcase_add_test(tests, pages_show_every_item_once);
	tcase_add_test(tests, a_known_item_is_304_until_its_lock_changes);
	tcase_add_test(tests, categories_number_their_items);
	tcase_add_test(tests, a_session_lives_from_login_to_logout);
	tcase_add_test(tests, a_form_goes_on_to_a_page_of_this_site_only);
	tcase_add_test(tests, unknown_user_and_wrong_password_look_the_same);
	tcase_add_test(tests, guessing_is_slowed_down);
	tcase_add_test(tests, a_cookie_alone_writes_nothing);
	tcase_add_test(tests, a_token_is_shown_once_and_ends_when_revoked);
	tcase_add_test(tests, a_deactivated_user_is_out_at_once_but_the_lock_stays);
	tcase_add_test(tests, the_last_admin_stays);
	tcase_add_test(tests, no_header_stands_for_an_authenticated_user);
	tcase_add_test(tests, the_server_says_how_it_is);
	tcase_add_test(tests, a_read_only_server_reads_and_refuses_to_write);
	tcase_add_test(tests, an_absent_database_is_503_and_comes_back_by_itself);
	tcase_add_test(tests, no_request_is_refused_while_the_settings_are_read_again);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	stack_down();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
