/*
 * Read-only mode: every route that writes is refused, every route that reads answers.  Walks the
 * route table, so that no route can be forgotten.
 */
#include "config.h"
#include "client.h"
#include "routes.h"

#include <string.h>

/* Each a call that would succeed; `item` is an item of alice's. */
static const struct write {
	const char *method, *pattern, *who, *body;
} writes[] = {
    {"POST", "/api/auth/tokens", "ada", "{\"name\":\"t\"}"},
    {"DELETE", "/api/auth/tokens/:id", "ada", NULL},
    {"POST", "/api/auth/password", "vera",
     "{\"current\":\"vera-secret-1\",\"new\":\"vera-secret-2\"}"},
    {"POST", "/api/users", "ada",
     "{\"username\":\"newcomer\",\"role\":\"viewer\",\"password\":\"newcomer-1\"}"},
    {"PATCH", "/api/users/:username", "ada", "{\"display_name\":\"Another\"}"},
    {"POST", "/api/items", "alice", "{\"part_number\":\"RO-1\"}"},
    {"PUT", "/api/items/:pn", "alice", "{\"description\":\"changed\"}"},
    {"DELETE", "/api/items/:pn", "ada", NULL},
    {"POST", "/api/items/:pn/restore", "ada", NULL},
    {"POST", "/api/items/:pn/revisions", "alice", "{\"comment\":\"none\"}"},
    {"POST", "/api/items/:pn/file", "alice", "content"},
    {"POST", "/api/items/:pn/rollback", "alice", "{\"revision\":1}"},
    {"POST", "/api/projects", "alice", "{\"code\":\"RO\"}"},
    {"POST", "/api/items/:pn/lock", "alice", NULL},
    {"DELETE", "/api/items/:pn/lock", "alice", NULL},
    {"POST", "/api/items/:pn/lock/request", "bob", NULL},
    {"POST", "/api/locks", "alice", "{\"part_numbers\":[\":pn\"]}"},
    {"DELETE", "/api/locks", "alice", "{\"part_numbers\":[\":pn\"]}"},
};
enum { WRITES = sizeof writes / sizeof *writes };

/* What is no change of the data: signing in and out, and a suggestion. */
static bool changes_nothing(const char *pattern)
{
	return strcmp(pattern, "/login") == 0 || strcmp(pattern, "/logout") == 0 ||
	       strcmp(pattern, "/api/generate-part-number") == 0;
}

/* The text with each of its names replaced by a real one. */
static const char *filled(const char *text, const char *item)
{
	static const char nobody[] = "00000000-0000-4000-8000-000000000000";
	const char *names[][2] = {{":pn", item},     {":username", "bob"}, {":id", nobody},
	                          {":uuid", nobody}, {":name", "silo"},    {":n", "1"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *found = strstr(text, names[i][0]);

		if (found)
			text = at("%.*s%s%s", (int)(found - text), text, names[i][1],
			          found + strlen(names[i][0]));
	}
	return text;
}

static void write_all(const char *item)
{
	for (size_t i = 0; i < WRITES; i++) {
		const struct write *one = &writes[i];

		if (strstr(one->pattern, "/file"))
			with("Content-Type: application/octet-stream");
		send_as(one->who, one->method,
		        at("%s%s", filled(one->pattern, item),
		           strstr(one->pattern, "/file") ? "?filename=a.txt" : ""),
		        one->body ? filled(one->body, item) : NULL);
		ck_assert_msg(
		    told_status() == 503 && strcmp(told("error"), "server_read_only") == 0,
		    "%s %s: %ld %s", one->method, one->pattern, told_status(), told_body());
		ck_assert_str_ne(told_header("Retry-After"), "");
	}
}

/* Everything but the sign-ins' own notes; kept, since at()'s texts are not. */
static const char *state(void)
{
	return strdup(sql_value("select concat_ws(' ', (select count(*) from silo.items),"
	                        " (select count(*) from silo.revisions),"
	                        " (select count(*) from silo.locks),"
	                        " (select sum(version) from silo.items),"
	                        " (select count(*) from silo.users),"
	                        " (select count(*) from silo.api_tokens))"));
}

START_TEST(the_table_of_writes_names_every_route_that_writes)
{
	read_routes();
	for (int i = 0; i < route_count; i++) {
		bool is_named =
		    strcmp(routes[i].method, "GET") == 0 || changes_nothing(routes[i].pattern);

		for (size_t at_row = 0; at_row < WRITES; at_row++)
			is_named |= strcmp(writes[at_row].method, routes[i].method) == 0 &&
			            strcmp(writes[at_row].pattern, routes[i].pattern) == 0;
		ck_assert_msg(is_named, "%s %s", routes[i].method, routes[i].pattern);
	}
}
END_TEST

START_TEST(every_write_is_refused_and_every_read_answered)
{
	const char *item = strdup(new_item()), *before;

	upload("alice", item, "content", "");
	lock("alice", item);
	sql("select silo.server_mode_set('read-only')");
	before = state();
	write_all(item);
	ck_assert_str_eq(state(), before);
	read_routes();
	for (int i = 0; i < route_count; i++) {
		if (strcmp(routes[i].method, "GET") != 0)
			continue;
		GET("ada", filled(routes[i].pattern, item));
		ck_assert_msg(told_status() < 500, "GET %s: %ld", routes[i].pattern, told_status());
	}
	GET(NULL, "/ready");
	expect(200, "");
	ck_assert_str_eq(told("mode"), "read-only");
	POST(NULL, "/login", "{\"username\":\"bob\",\"password\":\"bob-secret-1\"}");
	expect(204, "");
	sql("select silo.server_mode_set('normal')");
	DELETE("alice", at("/api/items/%s/lock", item));
	expect(200, "");
}
END_TEST

/* A test that failed half-way must not leave the others with a server that writes nothing. */
static void back_to_normal(void)
{
	sql("select silo.server_mode_set('normal')");
}

TCase *read_only_case(void)
{
	TCase *tests = tcase_create("read-only");

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, NULL, back_to_normal);
	tcase_add_test(tests, the_table_of_writes_names_every_route_that_writes);
	tcase_add_test(tests, every_write_is_refused_and_every_read_answered);
	return tests;
}
