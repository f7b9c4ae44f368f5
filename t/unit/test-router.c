/*
 * Routing: which paths reach which handler with which values, and how others are refused.
 */
#include "config.h"
#include "api/prepared.h"
#include "api/router.h"
#include "base/part_number.h"
#include "api/routes/readers.h"
#include "request.h"
#include "run.h"

static struct request *routed(const char *method, const char *uri)
{
	char *parameters[] = {arena_print(request_arena, "REQUEST_METHOD=%s", method),
	                      arena_print(request_arena, "REQUEST_URI=%s", uri), NULL};
	struct request *rq = request_of(parameters);

	if (begin(rq))
		router_find(rq, routes);
	return rq;
}

static void setup(void)
{
	request_arena = arena_new();
}

static void reaches(const char *method, const char *uri, const char *pattern)
{
	struct request *rq = routed(method, uri);

	ck_assert_str_eq(refusal(rq), "fine");
	ck_assert_str_eq(rq->context->route->pattern, pattern);
}

START_TEST(paths_reach_their_routes)
{
	reaches("GET", "/api/items", "/api/items");
	reaches("GET", "/api/items?limit=3", "/api/items");
	reaches("GET", "/api/items/A01-0001", "/api/items/:pn");
	reaches("GET", "/api/items/by-uuid/x", "/api/items/by-uuid/:uuid");
	reaches("DELETE", "/api/items/A01-0001/lock", "/api/items/:pn/lock");
	reaches("HEAD", "/api/items/A01-0001/lock", "/api/items/:pn/lock");
	reaches("GET", "/health", "/health");
}
END_TEST

START_TEST(values_are_decoded_once)
{
	ck_assert_str_eq(request_value(routed("GET", "/api/items/%41-1"), "pn"), "A-1");
	ck_assert_str_eq(refusal(routed("GET", "/api/items/%2541")), "invalid_part_number");
	ck_assert_str_eq(request_value(routed("PATCH", "/api/users/a%2Bb%40c"), "username"),
	                 "a+b@c");
	ck_assert_str_eq(request_value(routed("PATCH", "/api/users/a+b"), "username"), "a+b");
}
END_TEST

START_TEST(an_encoded_slash_names_no_other_route)
{
	ck_assert_str_eq(refusal(routed("GET", "/api/items/A%2Flock")), "invalid_part_number");
	ck_assert_str_eq(refusal(routed("GET", "/api%2Fitems")), "not_found");
}
END_TEST

START_TEST(what_is_no_part_number_is_malformed)
{
	static const char *const bad[] = {"..",    ".",   "-a",    ".a",     "a%00",
	                                  "a%20b", "a'b", "a%22b", "%C3%BC", "%zz",
	                                  "a%2",   "%",   "a;b",   "a,b",    ""};
	char longest[65 + 1] = {0};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(strcmp(refusal(routed("GET", arena_print(request_arena,
		                                                       "/api/items/%s", bad[i]))),
		                     "invalid_part_number") == 0,
		              "%s", bad[i]);
	memset(longest, 'a', 65);
	ck_assert(!part_number_is_valid(longest));
	longest[64] = '\0';
	ck_assert(part_number_is_valid(longest));
	ck_assert(part_number_is_valid("_a.B-9"));
}
END_TEST

START_TEST(a_wrong_method_names_the_right_ones)
{
	struct request *rq = routed("PATCH", "/api/items/A1");

	ck_assert_str_eq(refusal(rq), "method_not_allowed");
	ck_assert_str_eq(rq->failure->headers[0].name, "Allow");
	ck_assert_str_eq(rq->failure->headers[0].value, "GET, HEAD, PUT, DELETE");
	ck_assert_str_eq(refusal(routed("BREW", "/health")), "method_not_allowed");
}
END_TEST

START_TEST(anything_else_is_not_there)
{
	static const char *const none[] = {"/",
	                                   "/api",
	                                   "/api/",
	                                   "//api/items",
	                                   "/api/items/a/b/c/d/e/f/g/h/i",
	                                   "/api/items/A1/",
	                                   "/API/items",
	                                   "",
	                                   "*",
	                                   "/api/events"};

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ck_assert_msg(strcmp(refusal(routed("GET", none[i])), "not_found") == 0, "%s",
		              none[i]);
}
END_TEST

START_TEST(every_route_has_what_its_kind_needs)
{
	for (const struct route *route = routes; route->pattern; route++) {
		const char *text = route->call.name ? route->call.text : "";
		bool changes = route->kind == CALL_CHANGES || route->kind == CALL_FEEDS;

		ck_assert_msg(route->handle || route->call.name, "%s", route->pattern);
		ck_assert_msg(!route->handle || (!route->read && !route->finish), "%s",
		              route->pattern);
		ck_assert_int_eq(route->kind != CALL_NONE, route->call.name != NULL);
		ck_assert_msg(changes == (strstr(text, "silo.in_time()") != NULL), "%s", text);
		ck_assert_msg(!changes || route->method != METHOD_GET, "%s", route->pattern);
		ck_assert_msg(route->finish || !route->call.name ||
		                  strncmp(text, "select status, body, etag, location", 35) == 0,
		              "%s", text);
		ck_assert_msg(route->handle || route->read || !strchr(text, '$'), "%s", text);
	}
}
END_TEST

/*
 * Who only looks on must not write: what the feed tells of needs an editor, but for giving back a
 * lock, which a holder can whose role was lowered.
 */
START_TEST(every_route_has_a_role_of_its_kind)
{
	for (const struct route *route = routes; route->pattern; route++) {
		ck_assert(route->method != METHOD_OTHER);
		if (route->kind == CALL_FEEDS && strcmp(route->call.name, "lock_release") != 0 &&
		    strcmp(route->call.name, "locks_release") != 0)
			ck_assert_msg(route->role >= ROLE_EDITOR, "%s", route->pattern);
		if (strncmp(route->pattern, "/api/users", 10) == 0)
			ck_assert_int_eq(route->role, ROLE_ADMIN);
	}
}
END_TEST

/* libpq is told how many values a call has by counting the signs in its text. */
START_TEST(every_parameter_appears_once_and_fits_the_values)
{
	const struct statement *const *all = statements_all();
	int count = 0;

	for (; *all; all++, count++) {
		bool seen[VALUES_MOST + 1] = {false};
		int signs = 0, highest = 0;

		for (const char *at = (*all)->text; (at = strchr(at, '$')); at++, signs++) {
			long number = strtol(at + 1, NULL, 10);

			ck_assert_msg(number >= 1 && number <= VALUES_MOST && !seen[number], "%s",
			              (*all)->text);
			seen[number] = true;
			if (number > highest)
				highest = (int)number;
		}
		ck_assert_msg(signs == highest, "%s", (*all)->text);
		for (const struct statement *const *other = statements_all(); other < all; other++)
			ck_assert_str_ne((*other)->name, (*all)->name);
	}
	ck_assert_int_gt(count, 40);
}
END_TEST

/* One prepared statement serves them all: with another text, a route would make another's call. */
START_TEST(routes_that_share_a_function_call_it_alike)
{
	for (const struct route *route = routes; route->pattern; route++)
		for (const struct statement *const *all = statements_all(); *all; all++)
			if (route->call.name && strcmp((*all)->name, route->call.name) == 0)
				ck_assert_str_eq((*all)->text, route->call.text);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, paths_reach_their_routes);
	tcase_add_test(tests, values_are_decoded_once);
	tcase_add_test(tests, an_encoded_slash_names_no_other_route);
	tcase_add_test(tests, what_is_no_part_number_is_malformed);
	tcase_add_test(tests, a_wrong_method_names_the_right_ones);
	tcase_add_test(tests, anything_else_is_not_there);
	tcase_add_test(tests, every_route_has_what_its_kind_needs);
	tcase_add_test(tests, every_route_has_a_role_of_its_kind);
	tcase_add_test(tests, every_parameter_appears_once_and_fits_the_values);
	tcase_add_test(tests, routes_that_share_a_function_call_it_alike);
}

int main(void)
{
	return run_tests("router", add);
}
