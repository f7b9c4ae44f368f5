/* Pages: all of them together are the whole list, in order, each row once. */
#include "config.h"
#include "client.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 57 };

static const char *fill(void)
{
	const char *project = strdup(fresh("Page"));

	sql(at("insert into silo.items (part_number, item_type, project, created_by, updated_by, "
	       "created_at, updated_at) "
	       "select '%s-' || lpad(n::text, 3, '0'), 'part', '%s', 'alice', 'alice', "
	       "now() - (n / 5) * interval '1 min', now() - (n / 7) * interval '1 min' from "
	       "generate_series(1, %d) n",
	       project, project, ITEMS));
	return project;
}

/* Walks all pages; the rows seen, each checked to be new. */
static int walk(const char *address, const char *list, const char *key)
{
	const char *path = strdup(address);
	char seen[256][80], cursor[400] = "";
	int count = 0;

	do {
		GET("vera", at("%s&limit=10%s%s", path, *cursor ? "&cursor=" : "", cursor));
		expect(200, "");
		for (size_t i = 0; i < told_count(list); i++) {
			ck_assert_int_lt(count, 256);
			snprintf(seen[count], sizeof seen[0], "%s",
			         told(at("%s.%zu.%s", list, i, key)));
			for (int j = 0; j < count; j++)
				ck_assert_msg(strcmp(seen[j], seen[count]) != 0, "%s twice",
				              seen[j]);
			count++;
		}
		snprintf(cursor, sizeof cursor, "%s", told("next_cursor"));
	} while (strcmp(cursor, "") != 0);
	return count;
}

START_TEST(pages_of_items_are_complete_in_every_order)
{
	static const char *const orders[] = {"part_number", "-part_number", "updated_at",
	                                     "-updated_at", "created_at",   "-created_at",
	                                     "project",     "-item_type"};
	const char *project = fill();

	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		ck_assert_int_eq(walk(at("/api/items?project=%s&sort=%s", project, orders[i]),
		                      "items", "part_number"),
		                 ITEMS);
	ck_assert_int_eq(walk(at("/api/items?q=%s", project), "items", "part_number"), ITEMS);
}
END_TEST

START_TEST(pages_of_locks_are_complete)
{
	const char *project = fill();

	sql(at("insert into silo.locks (item_id, locked_by, locked_at, expires_at) "
	       "select id, 'pager', created_at, now() + interval '1 h' from silo.items where "
	       "project = '%s'",
	       project));
	ck_assert_int_eq(walk(at("/api/locks?project=%s", project), "locks", "part_number"), ITEMS);
	sql(at("delete from silo.locks where item_id in (select id from silo.items where project = "
	       "'%s')",
	       project));
}
END_TEST

START_TEST(pages_of_revisions_users_and_tokens_are_complete)
{
	const char *pn = new_item();

	for (int i = 0; i < 23; i++)
		upload("alice", pn, at("content %d", i), "");
	ck_assert_int_eq(walk(at("/api/items/%s/revisions?_=", pn), "revisions", "revision_number"),
	                 23);
	GET("ada", "/api/users?limit=1");
	ck_assert_str_ne(told("next_cursor"), "");
	GET("ada", at("/api/users?limit=1&cursor=%s", told("next_cursor")));
	ck_assert_uint_eq(told_count("users"), 1);
}
END_TEST

/* Keys no list has made, in base64url: times with a zone that is none, beyond time, and no time. */
START_TEST(a_cursor_made_by_hand_is_refused_by_name)
{
	static const char *const times[] = {
	    "WyIyMDIwLTAxLTAxVDAwOjAwOjAwKzk5IiwiMSJd",    /* 2020-01-01T00:00:00+99 */
	    "WyIyMDIwLTAxLTAxIDAwOjAwIEZvby9CYXIiLCIxIl0", /* 2020-01-01 00:00 Foo/Bar */
	    "WyI5OTk5OTktMDEtMDEiLCIxIl0",                 /* 999999-01-01 */
	    "WyJ4IiwiMSJd",                                /* x */
	};
	static const char *const lists[] = {"/api/items?sort=updated_at", "/api/locks?limit=9",
	                                    "/api/auth/tokens?limit=9"};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		GET("vera", at("%s&cursor=%s", lists[i], times[_i]));
		expect(422, "invalid_cursor");
		ck_assert_str_eq(told("field"), "cursor");
	}
}
END_TEST

/* The part numbers of one page. */
static const char *page_of(const char *query)
{
	static char text[4096];

	GET("vera", at("/api/items?%s", query));
	expect(200, "");
	*text = '\0';
	for (size_t i = 0; i < told_count("items"); i++) {
		strcat(text, told(at("items.%zu.part_number", i)));
		strcat(text, " ");
	}
	return text;
}

START_TEST(a_client_that_counts_comes_to_an_end)
{
	const char *project = fill(), *all = strdup(page_of(at("search=%s&limit=1000", project)));
	char seen[4096] = "";
	int pages = 0;

	ck_assert_str_eq(page_of(at("q=%s&limit=1000", project)), all);
	for (const char *page = "x"; *page; pages++) {
		page = page_of(at("search=%s&limit=10&offset=%d", project, pages * 10));
		strcat(seen, page);
	}
	ck_assert_str_eq(seen, all);
	ck_assert_int_eq(pages, 7);
	*seen = '\0';
	for (int page = 1; page <= 6; page++)
		strcat(seen, page_of(at("project=%s&limit=10&page=%d&_=%d", project, page, page)));
	ck_assert_str_eq(seen, all);
}
END_TEST

/* Which of two names would count, and what a number beyond all means, could only be guessed. */
START_TEST(an_offset_that_cannot_be_meant_is_refused_by_name)
{
	static const char *const queries[][2] = {
	    {"offset=-1", "offset"},
	    {"offset=x", "offset"},
	    {"offset=1000001", "offset"},
	    {"page=0", "page"},
	    {"page=1001&limit=1000", "page"},
	    {"offset=1&page=1", "page"},
	    {"cursor=WyJBIiwiQSJd&offset=1", "offset"},
	    {"q=a&search=b", "search"},
	};

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		GET("vera", at("/api/items?%s", queries[i][0]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), queries[i][1]);
	}
}
END_TEST

/* A filter that nobody applies, on every list there is; a client hears it, nobody else does. */
START_TEST(no_list_passes_over_a_parameter)
{
	static const char *const words[] = {"offset=1", "page=2", "filter[type]=part",
	                                    "Q=x",      "=",      "username=bob"};
	const char *pn = new_item();
	int lists = 0;

	read_routes();
	for (int i = 0; i < route_count; i++) {
		const char *colon = strchr(routes[i].pattern, ':'), *path;

		if (!routes[i].is_list || strcmp(routes[i].method, "GET") != 0)
			continue;
		lists++;
		path = strdup(!colon ? routes[i].pattern
		                     : at("%.*s%s%s", (int)(colon - routes[i].pattern),
		                          routes[i].pattern, pn, colon + strcspn(colon, "/")));
		for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
			if (w < 2 && strcmp(path, "/api/items") == 0)
				continue;
			GET("ada", at("%s?%s", path, words[w]));
			expect(400, "unknown_parameter");
			ck_assert_str_eq(told("field"),
			                 at("%.*s", (int)strcspn(words[w], "="), words[w]));
		}
		GET(NULL, at("%s?offset=1", path));
		expect(401, "not_signed_in");
		if (strstr(routes[i].list, "limit")) {
			GET("ada", at("%s?limit=1&limit=2", path));
			expect(400, "invalid_query");
			GET("ada", at("%s?limit=1&_=1&_=2", path));
			expect(200, "");
		}
	}
	ck_assert_int_ge(lists, 9);
}
END_TEST

TCase *paging_case(void)
{
	TCase *tests = tcase_create("paging");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, pages_of_items_are_complete_in_every_order);
	tcase_add_test(tests, pages_of_locks_are_complete);
	tcase_add_test(tests, pages_of_revisions_users_and_tokens_are_complete);
	tcase_add_test(tests, a_client_that_counts_comes_to_an_end);
	tcase_add_test(tests, an_offset_that_cannot_be_meant_is_refused_by_name);
	tcase_add_test(tests, no_list_passes_over_a_parameter);
	tcase_add_loop_test(tests, a_cursor_made_by_hand_is_refused_by_name, 0, 4);
	return tests;
}
