/* Items and revisions: made, found, changed, cached, archived. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(an_item_is_made_with_its_location_and_found_by_number_and_by_uuid)
{
	const char *pn = strdup(fresh("Item")), *uuid;

	POST("alice", "/api/items",
	     at("{\"part_number\":\"%s\",\"item_type\":\"assembly\",\"description\":\"Träger\","
	        "\"project\":\"P1\","
	        "\"properties\":{\"mass\":1.5}}",
	        pn));
	expect(201, "");
	ck_assert_str_eq(told_header("Location"), at("/api/items/%s", pn));
	uuid = strdup(told("id"));
	GET("vera", at("/api/items/%s", pn));
	expect(200, "");
	ck_assert_str_eq(told("description"), "Träger");
	ck_assert_str_eq(told("properties.mass"), "1.5");
	ck_assert_str_eq(told("created_by"), "alice");
	ck_assert_str_eq(told("current_revision"), "0");
	GET("vera", at("/api/items/by-uuid/%s", uuid));
	expect(200, "");
	ck_assert_str_eq(told("part_number"), pn);
}
END_TEST

START_TEST(part_numbers_are_unique_without_regard_to_case)
{
	const char *pn = new_item();
	char *upper = strdup(pn);

	upper[0] = (char)(upper[0] == 'T' ? 't' : 'T');
	POST("alice", "/api/items", at("{\"part_number\":\"%s\"}", upper));
	expect(409, "part_number_taken");
	GET("vera", at("/api/items/%s", upper));
	expect(200, "");
	ck_assert_str_eq(told("part_number"), pn);
}
END_TEST

START_TEST(a_category_gives_the_next_free_number)
{
	const char *category = strdup(fresh("C"));
	char *clean = strdup(category);

	for (char *c = clean; *c; c++)
		if (*c == '-')
			*c = '_';
	POST("alice", "/api/generate-part-number", at("{\"category\":\"%s\"}", clean));
	expect(200, "");
	ck_assert_str_eq(told("part_number"), at("%s-0001", clean));
	POST("alice", "/api/items", at("{\"part_number\":\"%s-0001\"}", clean));
	expect(201, "");
	POST("alice", "/api/items", at("{\"category\":\"%s\"}", clean));
	expect(201, "");
	ck_assert_str_eq(told("part_number"), at("%s-0002", clean));
}
END_TEST

START_TEST(an_etag_saves_the_body_until_something_changes)
{
	const char *pn = new_item(), *tag;

	GET("vera", at("/api/items/%s", pn));
	tag = strdup(told_header("ETag"));
	ck_assert_str_eq(tag, "\"0.1\"");
	with(at("If-None-Match: %s", tag));
	GET("vera", at("/api/items/%s", pn));
	expect(304, "");
	lock("alice", pn);
	/* A cached answer must not hide a lock. */
	with(at("If-None-Match: %s", tag));
	GET("vera", at("/api/items/%s", pn));
	expect(200, "");
	ck_assert_str_eq(told("lock.locked_by"), "alice");
}
END_TEST

START_TEST(a_put_changes_what_it_names_and_honours_if_match)
{
	const char *pn = new_item();

	PUT("bob", at("/api/items/%s", pn), "{\"description\":\"new\",\"unknown\":1}");
	expect(200, "");
	ck_assert_str_eq(told("description"), "new");
	ck_assert_str_eq(told("updated_by"), "bob");
	with("If-Match: \"0.1\"");
	PUT("bob", at("/api/items/%s", pn), "{\"description\":\"stale\"}");
	expect(412, "stale_revision");
	with("If-Match: W/\"0.2\"");
	PUT("bob", at("/api/items/%s", pn), "{\"project\":\"P9\"}");
	expect(200, "");
	ck_assert_str_eq(told("description"), "new");
	ck_assert_str_eq(told("project"), "P9");
}
END_TEST

START_TEST(an_etag_taken_while_locked_still_serves_for_the_write)
{
	const char *pn = new_item(), *tag;

	lock("alice", pn);
	GET("alice", at("/api/items/%s", pn));
	tag = strdup(told_header("ETag"));
	with(at("If-Match: %s", tag));
	PUT("alice", at("/api/items/%s", pn), "{\"description\":\"mine\"}");
	expect(200, "");
}
END_TEST

START_TEST(a_deleted_item_is_gone_from_lists_and_kept_in_the_database)
{
	const char *pn = new_item();

	upload("alice", pn, "kept", "");
	DELETE("alice", at("/api/items/%s", pn));
	ck_assert_int_eq(GET("alice", at("/api/items/%s", pn)), 404);
	GET("vera", at("/api/items?part_numbers=%s", pn));
	ck_assert_uint_eq(told_count("items"), 0);
	ck_assert_str_eq(
	    sql_value(
	        at("select count(*) from silo.revisions r join silo.items i on i.id = r.item_id "
	           "where i.part_number = '%s' and i.archived_by = 'alice'",
	           pn)),
	    "1");
	POST("alice", "/api/items", at("{\"part_number\":\"%s\"}", pn));
	expect(409, "part_number_archived");
}
END_TEST

START_TEST(an_archived_item_is_taken_back_by_an_admin)
{
	const char *pn = strdup(new_item());

	upload("alice", pn, "kept", "");
	lock("alice", pn);
	DELETE("alice", at("/api/items/%s", pn));
	GET("vera", at("/api/items/%s/lock", pn));
	expect(404, "item_not_found");
	ck_assert_str_eq(told("archived_by"), "alice");
	ck_assert_str_eq(told("part_number"), pn);
	POST("alice", at("/api/items/%s/restore", pn), "");
	expect(403, "role_too_low");
	POST("ada", at("/api/items/%s/restore", pn), "");
	expect(200, "");
	ck_assert_str_eq(told("current_revision"), "1");
	ck_assert_str_eq(told("lock.locked_by"), "");
	POST("ada", at("/api/items/%s/restore", pn), ""); /* again: nothing more happens */
	expect(200, "");
	ck_assert_str_eq(
	    sql_value(at("select string_agg(type, ' ' order by n) from (select type, number as n "
	                 "from silo.feed where part_number = '%s' union all select type, 1e15 + id "
	                 "from silo.outbox where part_number = '%s') e where type like 'item.%%d' "
	                 "and type <> 'item.locked' and type <> 'item.unlocked'",
	                 pn, pn)),
	    "item.created item.deleted item.created");
	lock("bob", pn);
	POST("ada", at("/api/items/%s/restore", fresh("NONE")), "");
	expect(404, "item_not_found");
	ck_assert_ptr_null(strstr(told_body(), "archived_by"));
}
END_TEST

START_TEST(revisions_are_counted_and_listed_newest_first)
{
	const char *pn = new_item();

	upload("alice", pn, "one", "&comment=first");
	expect(201, "");
	upload("alice", pn, "two", "&comment=second");
	POST("alice", at("/api/items/%s/revisions", pn),
	     "{\"comment\":\"words only\",\"base_revision\":2}");
	expect(201, "");
	ck_assert_str_eq(told_header("Location"), at("/api/items/%s/revisions/3", pn));
	GET("vera", at("/api/items/%s/revisions", pn));
	ck_assert_uint_eq(told_count("revisions"), 3);
	ck_assert_str_eq(told("revisions.0.comment"), "words only");
	ck_assert_str_eq(told("revisions.0.filename"), "a.txt");
	ck_assert_str_eq(told("revisions.2.revision_number"), "1");
	GET("vera", at("/api/items/%s/revisions/2", pn));
	ck_assert_str_eq(told("comment"), "second");
	GET("vera", at("/api/items/%s/file/1", pn));
	ck_assert_str_eq(told_body(), "one");
	GET("vera", at("/api/items/%s/file", pn));
	ck_assert_str_eq(told_body(), "two");
	ck_assert_str_eq(told_header("X-Silo-Revision"), "3");
	GET("vera", at("/api/items/%s/revisions/9", pn));
	expect(404, "revision_not_found");
}
END_TEST

START_TEST(the_same_content_makes_no_new_revision_unless_forced)
{
	const char *pn = new_item();

	upload("alice", pn, "same", "");
	expect(201, "");
	upload("alice", pn, "same", "");
	expect(200, "");
	ck_assert_str_eq(told("revision_number"), "1");
	upload("alice", pn, "same", "&force=true");
	expect(201, "");
}
END_TEST

START_TEST(head_answers_as_get_without_a_body)
{
	const char *pn = new_item();

	send_as("vera", "HEAD", at("/api/items/%s", pn), NULL);
	expect(200, "");
	ck_assert_str_eq(told_body(), "");
	ck_assert_str_ne(told_header("ETag"), "");
	ck_assert_str_ne(told_header("X-Request-Id"), "");
}
END_TEST

START_TEST(the_form_of_a_new_item_makes_one)
{
	GET(NULL, "/api/modules");
	expect(200, "");
	ck_assert_str_eq(told("modules.core.enabled"), "true");
	ck_assert_str_eq(told("modules.jobs.enabled"), "false");
	GET("vera", "/api/schemas");
	ck_assert_uint_eq(told_count("schemas"), 1);
	ck_assert_str_eq(told("schemas.0.name"), "silo");
	GET("vera", "/api/schemas/silo/form");
	ck_assert_str_eq(told("category_picker.stages.0.values.drawing"), "Drawing");
	GET("vera", "/api/schemas/other/form");
	expect(404, "schema_not_found");
	POST("alice", "/api/items", "{\"schema\":\"silo\",\"category\":\"drawing\"}");
	expect(201, "");
	ck_assert_str_eq(told("item_type"), "drawing");
	ck_assert_int_eq(strncmp(told("part_number"), "drawing-", 8), 0);
	POST("alice", "/api/items", "{\"category\":\"drawing\",\"item_type\":\"tool\"}");
	ck_assert_str_eq(told("item_type"), "tool");
}
END_TEST

START_TEST(an_older_revision_becomes_the_newest)
{
	const char *pn = new_item(), *back = strdup(at("/api/items/%s/rollback", pn));

	upload("alice", pn, "first", "&properties=%7B%22a%22:1%7D");
	upload("alice", pn, "second", "&properties=%7B%22a%22:2%7D");
	POST("alice", back, "{\"revision\":1,\"base_revision\":2}");
	expect(201, "");
	ck_assert_str_eq(told("revision_number"), "3");
	ck_assert_str_eq(told("properties.a"), "1");
	ck_assert_str_eq(told("comment"), "Back to revision 1");
	GET("vera", at("/api/items/%s/file/latest", pn));
	expect(200, "");
	ck_assert_str_eq(told_body(), "first");
	ck_assert_str_eq(told_header("X-Silo-Revision"), "3");
	GET("vera", at("/api/items/%s/revisions/latest", pn));
	ck_assert_str_eq(told("revision_number"), "3");
	/* In the transaction of the change; the hub may have numbered it already or not. */
	ck_assert_str_eq(
	    sql_value(at("select count(*) from (select type, part_number, data from silo.outbox"
	                 " union all select type, part_number, data from silo.feed) e"
	                 " where type = 'revision.created' and part_number = '%s'"
	                 " and data::json ->> 'revision_number' = '3'",
	                 pn)),
	    "1");
	/* As any write: the holder's, and from the newest. */
	POST("alice", back, "{\"revision\":1,\"base_revision\":2}");
	expect(412, "stale_revision");
	with("If-Match: \"2.1\"");
	POST("alice", back, "{\"revision\":1}");
	expect(412, "stale_revision");
	POST("alice", back, "{\"revision\":9}");
	expect(404, "revision_not_found");
	POST("alice", back, "{}");
	expect(422, "missing_value");
	POST("alice", back, "{\"revision\":\"1\"}");
	expect(422, "invalid_value");
	lock("bob", pn);
	POST("alice", back, "{\"revision\":2}");
	expect(409, "locked");
	ck_assert_str_eq(told("lock.locked_by"), "bob");
	POST("ada", back, "{\"revision\":2}");
	expect(409, "locked");
	POST("bob", back, "{\"revision\":2,\"comment\":\"the second was right\"}");
	expect(201, "");
	ck_assert_str_eq(told("comment"), "the second was right");
	GET("vera", at("/api/items/%s/file", pn));
	ck_assert_str_eq(told_body(), "second");
}
END_TEST

TCase *items_case(void)
{
	TCase *tests = tcase_create("items");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_item_is_made_with_its_location_and_found_by_number_and_by_uuid);
	tcase_add_test(tests, part_numbers_are_unique_without_regard_to_case);
	tcase_add_test(tests, a_category_gives_the_next_free_number);
	tcase_add_test(tests, an_etag_saves_the_body_until_something_changes);
	tcase_add_test(tests, a_put_changes_what_it_names_and_honours_if_match);
	tcase_add_test(tests, an_etag_taken_while_locked_still_serves_for_the_write);
	tcase_add_test(tests, a_deleted_item_is_gone_from_lists_and_kept_in_the_database);
	tcase_add_test(tests, an_archived_item_is_taken_back_by_an_admin);
	tcase_add_test(tests, revisions_are_counted_and_listed_newest_first);
	tcase_add_test(tests, the_same_content_makes_no_new_revision_unless_forced);
	tcase_add_test(tests, the_form_of_a_new_item_makes_one);
	tcase_add_test(tests, an_older_revision_becomes_the_newest);
	tcase_add_test(tests, head_answers_as_get_without_a_body);
	return tests;
}
