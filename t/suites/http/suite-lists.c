/* Lists of items and of projects: their words, filters and tags. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(lists_have_etags_too)
{
	static const char *const lists[] = {
	    "/api/items?limit=3", "/api/locks",    "/api/items/%s/revisions",
	    "/api/items/%s/lock", "/api/projects", "/api/auth/me",
	};
	const char *pn = new_item(), *free_tag;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const char *list =
		    strdup(strchr(lists[i], '%') ? at("/api/items/%s%s", pn, strrchr(lists[i], '/'))
		                                 : lists[i]);
		const char *tag;

		GET("vera", list);
		expect(200, "");
		tag = strdup(told_header("ETag"));
		ck_assert_msg(*tag == '"', "%s has no ETag", list);
		with(at("If-None-Match: %s", tag));
		GET("vera", list);
		expect(304, "");
		ck_assert_str_eq(told_body(), "");
	}
	GET("vera", at("/api/items/%s/lock", pn));
	free_tag = strdup(told_header("ETag"));
	lock("alice", pn);
	with(at("If-None-Match: %s", free_tag));
	GET("vera", at("/api/items/%s/lock", pn));
	expect(200, "");
	ck_assert_str_eq(told("locked"), "true");
}
END_TEST

START_TEST(lists_filter_by_words_type_project_and_lock)
{
	const char *project = strdup(fresh("Pr")), *mine, *theirs;

	POST("alice", "/api/items",
	     at("{\"part_number\":\"%s-a\",\"project\":\"%s\",\"description\":\"100%%_Bolt\"}",
	        project, project));
	mine = at("%s-a", project);
	lock("alice", mine);
	POST("alice", "/api/items",
	     at("{\"part_number\":\"%s-b\",\"project\":\"%s\",\"item_type\":\"tool\"}", project,
	        project));
	theirs = at("%s-b", project);
	lock("bob", theirs);
	POST("alice", "/api/items",
	     at("{\"part_number\":\"%s-c\",\"project\":\"%s\"}", project, project));
	GET("alice", at("/api/items?project=%s&lock=mine", project));
	ck_assert_uint_eq(told_count("items"), 1);
	ck_assert_str_eq(told("items.0.lock.locked_by"), "alice");
	GET("alice", at("/api/items?project=%s&lock=others", project));
	ck_assert_str_eq(told("items.0.lock.locked_by"), "bob");
	GET("alice", at("/api/items?project=%s&lock=none", project));
	ck_assert_str_eq(told("items.0.part_number"), at("%s-c", project));
	GET("alice", at("/api/items?project=%s&type=tool", project));
	ck_assert_uint_eq(told_count("items"), 1);
	GET("alice", at("/api/items?project=%s&q=%%25_bolt", project));
	ck_assert_uint_eq(told_count("items"), 1);
	GET("alice", at("/api/items?project=%s&sort=-part_number", project));
	ck_assert_str_eq(told("items.0.part_number"), at("%s-c", project));
	GET("alice", "/api/projects");
	ck_assert_ptr_nonnull(strstr(told_body(), project));
}
END_TEST

START_TEST(a_list_of_projects_is_one_project_or_refused)
{
	const char *name = strdup(fresh("Pro")), *path;

	POST("alice", "/api/items",
	     at("{\"category\":\"LP\",\"schema\":\"silo\",\"projects\":[\"%s\"]}", name));
	expect(201, "");
	ck_assert_str_eq(told("project"), name);
	path = strdup(at("/api/items/%s", told("part_number")));
	static const char *const wrong[] = {"[\"A\",\"B\"]", "\"A\"", "[1]",
	                                    "[null]",        "{}",    "[[]]"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		POST("alice", "/api/items", at("{\"category\":\"LP\",\"projects\":%s}", wrong[i]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "projects");
		PUT("alice", path, at("{\"projects\":%s}", wrong[i]));
		expect(422, "invalid_value");
	}
	PUT("alice", path, "{\"project\":\"A\",\"projects\":[\"B\"]}");
	expect(422, "invalid_value");
	PUT("alice", path, "{\"project\":\"A\",\"projects\":[\"A\"]}");
	ck_assert_str_eq(told("project"), "A");
	PUT("alice", path, "{\"projects\":null}");
	ck_assert_str_eq(told("project"), "A");
	PUT("alice", path, "{\"projects\":[]}");
	ck_assert_str_eq(told("project"), "");
}
END_TEST

/* The name of a project in the list of all. */
static const char *project_name(const char *code)
{
	GET("vera", "/api/projects");
	expect(200, "");
	for (size_t i = 0; i < told_count("projects"); i++)
		if (strcmp(told(at("projects.%zu.code", i)), code) == 0)
			return told(at("projects.%zu.name", i));
	return "";
}

START_TEST(a_project_is_made_once_or_by_its_items)
{
	const char *made = strdup(fresh("Made")), *used = strdup(fresh("Used"));

	POST("alice", "/api/projects", at("{\"code\":\"%s\",\"name\":\"Desk lamp\"}", made));
	expect(201, "");
	ck_assert_str_eq(told("item_count"), "0");
	ck_assert_str_eq(project_name(made), "Desk lamp");
	POST("alice", "/api/projects", at("{\"code\":\"%s\"}", made));
	expect(409, "project_exists");
	POST("alice", "/api/items", at("{\"category\":\"LP\",\"project\":\"%s\"}", used));
	ck_assert_str_eq(project_name(used), used);
	POST("alice", "/api/projects", at("{\"code\":\"%s\",\"name\":\"Used\"}", used));
	expect(201, "");
	ck_assert_str_eq(told("item_count"), "1");
	ck_assert_str_eq(project_name(used), "Used");
	POST("alice", "/api/projects", "{\"name\":\"x\"}");
	expect(422, "missing_value");
	POST("alice", "/api/projects", "{\"code\":\" \"}");
	expect(422, "invalid_value");
	POST("alice", "/api/projects", "{\"code\":\"a\\nb\"}");
	expect(422, "invalid_value");
	POST("vera", "/api/projects", "{\"code\":\"x\"}");
	expect(403, "role_too_low");
}
END_TEST

TCase *lists_case(void)
{
	TCase *tests = tcase_create("lists");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, lists_have_etags_too);
	tcase_add_test(tests, lists_filter_by_words_type_project_and_lock);
	tcase_add_test(tests, a_list_of_projects_is_one_project_or_refused);
	tcase_add_test(tests, a_project_is_made_once_or_by_its_items);
	return tests;
}
