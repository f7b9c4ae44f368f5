/*
 * Texts that would like to be more than texts: line breaks meant for a header, addresses meant to
 * lead elsewhere, files meant to be pages.
 */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void expect_no_foreign_header(const char *what)
{
	ck_assert_msg(!*told_header("X-Evil"), "%s made a header", what);
	ck_assert_msg(!strstr(told_header("Content-Disposition"), "\r"), "%s", what);
	ck_assert_msg(told_status() < 500, "%s: %ld", what, told_status());
}

static const char *const names[] = {
    "a%0d%0aX-Evil:%201.txt",     "a%0aX-Evil:%201.txt",       "a%0dX-Evil:%201.txt",
    "a%C2%85X-Evil:%201.txt",     "a%E2%80%A8X-Evil:%201.txt", "a%22%3b%20X-Evil=%221.txt",
    "a%5C%22%0d%0aX-Evil:%201.x", "%0d%0a%0d%0abody.txt",      "a%3Bfilename%3D%22b.exe%22.txt",
    "a%3Bfilename%3Db.exe",       "a%3B%20filename*=b%27%27x", "a%27%25%0A.txt",
    "a%2522%253B%27.txt",
};

/* Either refused or kept, and then told as the name of an attachment and nothing else. */
START_TEST(a_file_name_makes_no_header)
{
	const char *pn = new_item(), *disposition;
	int quotes = 0;

	with("Content-Type: application/octet-stream");
	POST("alice", at("/api/items/%s/file?filename=%s", pn, names[_i]), "content");
	expect_no_foreign_header(names[_i]);
	if (told_status() != 201) {
		ck_assert_int_ge(told_status(), 400);
		return;
	}
	GET("vera", at("/api/items/%s/file", pn));
	expect_no_foreign_header(names[_i]);
	ck_assert_str_eq(told_body(), "content");
	disposition = told_header("Content-Disposition");
	ck_assert_msg(strncmp(disposition, "attachment; filename=\"", 22) == 0, "%s", disposition);
	for (const char *c = disposition; *c; c++)
		quotes += *c == '"';
	ck_assert_msg(quotes == 2, "%s", disposition);
}
END_TEST

START_TEST(a_coded_file_name_in_a_form_makes_no_header)
{
	const char *pn = new_item();

	with("Content-Type: multipart/form-data; boundary=b");
	POST("alice", at("/api/items/%s/file", pn),
	     "--b\r\nContent-Disposition: form-data; name=f; "
	     "filename*=UTF-8''a%0d%0aX-Evil:%201\r\n\r\nx\r\n--b--\r\n");
	expect_no_foreign_header("filename*");
	ck_assert_int_ge(told_status(), 400);
	GET("vera", at("/api/items/%s/revisions", pn));
	ck_assert_uint_eq(told_count("revisions"), 0);
}
END_TEST

START_TEST(no_comment_reason_or_number_makes_a_header)
{
	const char *pn = new_item();
	static const char text[] = "a\\r\\nX-Evil: 1\\r\\n\\r\\nbody";

	POST("alice", at("/api/items/%s/lock", pn),
	     at("{\"comment\":\"%s\",\"workstation\":\"%s\"}", text, text));
	expect_no_foreign_header("comment of a lock");
	POST("bob", at("/api/items/%s/lock", pn), NULL);
	expect_no_foreign_header("comment in a refusal");
	DELETE("ada", at("/api/items/%s/lock?reason=a%%0d%%0aX-Evil:%%201", pn));
	expect_no_foreign_header("reason");
	POST("alice", at("/api/items/%s/revisions", pn), at("{\"comment\":\"%s\"}", text));
	expect_no_foreign_header("comment of a revision");
	GET("vera", at("/api/items/%s/revisions", pn));
	expect_no_foreign_header("comment in a list");
	GET("vera", at("/api/items/%s/events", pn));
	expect_no_foreign_header("comment in the history");
	/* A number is told in Location; a category becomes one. */
	POST("alice", "/api/items", at("{\"part_number\":\"%s\"}", text));
	expect_no_foreign_header("part number");
	expect(400, "invalid_part_number");
	POST("alice", "/api/items", at("{\"category\":\"%s\"}", text));
	expect_no_foreign_header("category");
	ck_assert_int_ge(told_status(), 400);
	GET("vera", "/api/items/a%0d%0aX-Evil:%201");
	expect_no_foreign_header("part number in the path");
	/* Chosen by a client, a request's name is not repeated. */
	with("X-Request-Id: chosen");
	GET("vera", "/api/items");
	ck_assert_str_ne(told_header("X-Request-Id"), "chosen");
}
END_TEST

static const char *const nexts[] = {
    "/a\\r\\nX-Evil: 1",    "/\\n/evil.example",    "//evil.example",      "/\\\\evil.example",
    "\\\\\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/\\t/evil.example",
    "evil.example",         " //evil.example",
};

START_TEST(next_leads_nowhere_else_and_makes_no_header)
{
	char *coded, *to;
	json_object *text = json_tokener_parse(at("\"%s\"", nexts[_i]));
	const char *next = json_object_get_string(text);

	coded = to = calloc(3, strlen(next) + 1);
	for (; *next; next++)
		to += sprintf(to, "%%%02x", (unsigned char)*next);
	with("Content-Type: application/x-www-form-urlencoded");
	POST(NULL, "/login", at("username=alice&password=alice-secret-1&next=%s", coded));
	expect_no_foreign_header(nexts[_i]);
	expect(303, "");
	ck_assert_str_eq(told_header("Location"), "/");
	with("Content-Type: application/x-www-form-urlencoded");
	POST(NULL, at("/login?next=%s", coded), "username=alice&password=alice-secret-1");
	expect_no_foreign_header(nexts[_i]);
	expect(303, "");
	ck_assert_str_eq(told_header("Location"), "/");
}
END_TEST

/* However it is named and whatever is in it, a stored file is no page, script or picture here. */
static const char *const pages[] = {"<script>alert(1)<script>.html", "x.svg", "page.html", "x.js",
                                    "<img src=x onerror=alert(1)>.xhtml"};

START_TEST(a_stored_file_is_never_a_page)
{
	const char *pn = new_item();

	with("Content-Type: application/octet-stream");
	POST("alice", at("/api/items/%s/file?filename=a.txt", pn),
	     "<script>document.title = 'run'</script>");
	expect(201, "");
	/* Some no upload may bring any more; they may be there from before. */
	sql(at("update silo.revisions set filename = '%s' where item_id ="
	       " (select id from silo.items where part_number = '%s')",
	       pages[_i], pn));
	ck_assert_str_eq(told_header("Content-Type"), "application/json");
	ck_assert_str_eq(told_header("X-Content-Type-Options"), "nosniff");
	GET("vera", at("/api/items/%s/file", pn));
	expect(200, "");
	ck_assert_str_eq(told_header("Content-Type"), "application/octet-stream");
	ck_assert_str_eq(told_header("X-Content-Type-Options"), "nosniff");
	ck_assert_int_eq(strncmp(told_header("Content-Disposition"), "attachment;", 11), 0);
	ck_assert_ptr_nonnull(strstr(told_header("Content-Security-Policy"), "sandbox"));
	GET("vera", at("/api/items/%s/revisions", pn));
	expect(200, "");
	ck_assert_str_eq(told_header("Content-Type"), "application/json");
	ck_assert_str_eq(told_header("X-Content-Type-Options"), "nosniff");
}
END_TEST

TCase *texts_case(void)
{
	TCase *tests = tcase_create("texts");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_file_name_makes_no_header, 0, COUNT(names));
	tcase_add_test(tests, a_coded_file_name_in_a_form_makes_no_header);
	tcase_add_test(tests, no_comment_reason_or_number_makes_a_header);
	tcase_add_loop_test(tests, next_leads_nowhere_else_and_makes_no_header, 0, COUNT(nexts));
	tcase_add_loop_test(tests, a_stored_file_is_never_a_page, 0, COUNT(pages));
	return tests;
}
