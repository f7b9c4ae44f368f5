/* The rules of locking, one by one, as the contract words them. */
#include "config.h"
#include "client.h"

#include <string.h>
#include <stdio.h>
#include <stdlib.h>

START_TEST(a_free_item_is_taken_and_the_lock_says_who_and_until_when)
{
	const char *pn = new_item();

	POST("alice", at("/api/items/%s/lock", pn),
	     "{\"comment\":\"new holes\",\"workstation\":\"cad-7\",\"expires_in\":3600}");
	expect(201, "");
	ck_assert_str_eq(told("part_number"), pn);
	ck_assert_str_eq(told("locked_by"), "alice");
	ck_assert_str_eq(told("comment"), "new holes");
	ck_assert_str_eq(told("workstation"), "cad-7");
	ck_assert_uint_eq(strlen(told("locked_at")), strlen("2026-11-24T13:44:30.030353Z"));
	ck_assert_str_eq(
	    sql_value(
	        at("select round(extract(epoch from expires_at - locked_at)) from silo.locks l "
	           "join silo.items i on i.id = l.item_id where part_number = '%s'",
	           pn)),
	    "3600");
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "true");
	ck_assert_str_eq(told("lock.locked_by"), "alice");
}
END_TEST

START_TEST(the_holder_renews_the_end_moves_and_the_beginning_stays)
{
	const char *pn = new_item(), *since, *until;

	POST("alice", at("/api/items/%s/lock", pn), "{\"comment\":\"why\",\"expires_in\":600}");
	since = strdup(told("locked_at"));
	until = strdup(told("expires_at"));
	POST("alice", at("/api/items/%s/lock", pn), "{\"expires_in\":1200}");
	expect(200, "");
	ck_assert_str_eq(told("locked_at"), since);
	ck_assert_str_gt(told("expires_at"), until);
	ck_assert_str_eq(told("comment"), "why");
}
END_TEST

START_TEST(another_holder_is_named_in_the_refusal)
{
	const char *pn = new_item();

	lock("alice", pn);
	POST("bob", at("/api/items/%s/lock", pn), NULL);
	expect(409, "locked");
	ck_assert_str_eq(told("lock.locked_by"), "alice");
	ck_assert_str_eq(told("lock.part_number"), pn);
}
END_TEST

START_TEST(the_length_of_a_lease_has_bounds)
{
	const char *pn = new_item();

	POST("alice", at("/api/items/%s/lock", pn), "{\"expires_in\":59}");
	expect(422, "invalid_value");
	ck_assert_str_eq(told("field"), "expires_in");
	POST("alice", at("/api/items/%s/lock", pn), "{\"expires_in\":2592001}");
	expect(422, "invalid_value");
	POST("alice", at("/api/items/%s/lock", pn), "{\"expires_in\":60}");
	expect(201, "");
}
END_TEST

START_TEST(an_ended_lease_does_not_exist_for_anybody)
{
	const char *pn = new_item();

	lock("alice", pn);
	let_lease_end(pn);
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "false");
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("lock.locked_by"), "");
	DELETE("alice", at("/api/items/%s/lock", pn));
	expect(404, "not_locked");
	POST("bob", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
	upload("alice", pn, "late", "");
	expect(409, "locked");
}
END_TEST

START_TEST(only_the_holder_or_an_admin_releases)
{
	const char *pn = new_item();

	lock("alice", pn);
	DELETE("bob", at("/api/items/%s/lock", pn));
	expect(403, "not_lock_owner");
	ck_assert_str_eq(told("lock.locked_by"), "alice");
	DELETE("alice", at("/api/items/%s/lock", pn));
	expect(200, "");
	ck_assert_str_eq(told("locked_by"), "alice");
	DELETE("alice", at("/api/items/%s/lock", pn));
	expect(404, "not_locked");
	lock("alice", pn);
	DELETE("ada", at("/api/items/%s/lock?reason=on%%20holiday", pn));
	expect(200, "");
	ck_assert_str_eq(
	    sql_value(
	        at("select (data::json ->> 'reason') || ',' || (data::json ->> 'note') || ',' || "
	           "(data::json ->> 'by') "
	           "from (select * from silo.feed union all select id, type, item_id, part_number, "
	           "people, data, at from silo.outbox) f "
	           "where part_number = '%s' and type = 'item.unlocked' order by at desc limit 1",
	           pn)),
	    "forced,on holiday,ada");
}
END_TEST

/* Rule 5: every write, and admins are no exception. */
START_TEST(nobody_but_the_holder_writes)
{
	static const char *const others[] = {"bob", "ada"};
	const char *pn = new_item();

	upload("alice", pn, "base", "");
	lock("alice", pn);
	for (int i = 0; i < 2; i++) {
		PUT(others[i], at("/api/items/%s", pn), "{\"description\":\"x\"}");
		expect(409, "locked");
		ck_assert_str_eq(told("lock.locked_by"), "alice");
		POST(others[i], at("/api/items/%s/revisions", pn), "{\"comment\":\"x\"}");
		expect(409, "locked");
		upload(others[i], pn, "theirs", "&base_revision=1");
		expect(409, "locked");
		DELETE(others[i], at("/api/items/%s", pn));
		expect(409, "locked");
	}
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("current_revision"), "1");
	ck_assert_str_eq(told("description"), "made by a test");
	PUT("alice", at("/api/items/%s", pn), "{\"description\":\"mine\"}");
	expect(200, "");
	upload("alice", pn, "mine", "&base_revision=1");
	expect(201, "");
	/* Older clients upload at every save: the lock stays. */
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "true");
	upload("alice", pn, "done", "&base_revision=2&release_lock=true");
	expect(201, "");
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "false");
}
END_TEST

START_TEST(several_are_locked_all_or_nothing_and_every_conflict_is_listed)
{
	const char *a = new_item(), *b = new_item(), *c = new_item();

	lock("bob", b);
	lock("bob", c);
	POST("alice", "/api/locks", at("{\"part_numbers\":[\"%s\",\"%s\",\"%s\"]}", a, b, c));
	expect(409, "locked");
	ck_assert_uint_eq(told_count("locks"), 2);
	GET("vera", at("/api/items/%s/lock", a));
	ck_assert_str_eq(told("locked"), "false");
	POST("bob", "/api/locks",
	     at("{\"part_numbers\":[\"%s\",\"%s\",\"%s\"],\"comment\":\"asm\"}", a, b, c));
	expect(201, "");
	ck_assert_uint_eq(told_count("locks"), 3);
	POST("alice", "/api/locks", at("{\"part_numbers\":[\"%s\",\"No-Such-Item\"]}", a));
	expect(404, "item_not_found");
	ck_assert_str_eq(told("part_numbers.0"), "No-Such-Item");
	ck_assert_uint_eq(told_count("part_numbers"), 1);
	POST("alice", "/api/locks", "{\"part_numbers\":[]}");
	expect(422, "invalid_value");
	POST("alice", "/api/locks", "{\"part_numbers\":[1]}");
	ck_assert_str_eq(told("field"), "part_numbers");
	with("Content-Type: application/json");
	send_as("alice", "DELETE", "/api/locks", at("{\"part_numbers\":[\"%s\"]}", a));
	expect(403, "not_lock_owner");
	send_as("bob", "DELETE", "/api/locks", at("{\"part_numbers\":[\"%s\",\"%s\"]}", a, b));
	expect(200, "");
	GET("vera", at("/api/items/%s/lock", c));
	ck_assert_str_eq(told("locked"), "true");
	DELETE("bob", "/api/locks?mine=true");
	expect(200, "");
	GET("vera", "/api/locks?user=bob");
	ck_assert_uint_eq(told_count("locks"), 0);
}
END_TEST

START_TEST(a_lock_is_asked_for_once_a_person)
{
	const char *pn = new_item();

	POST("bob", at("/api/items/%s/lock/request", pn), "{\"message\":\"please\"}");
	expect(404, "not_locked");
	lock("alice", pn);
	POST("alice", at("/api/items/%s/lock/request", pn), NULL);
	expect(409, "own_lock");
	POST("bob", at("/api/items/%s/lock/request", pn), "{\"message\":\"please\"}");
	expect(201, "");
	ck_assert_str_eq(told("holder_active"), "true");
	POST("bob", at("/api/items/%s/lock/request", pn), "{\"message\":\"again\"}");
	expect(200, "");
	ck_assert_str_eq(told("message"), "please");
	POST("vera", at("/api/items/%s/lock/request", pn), NULL);
	expect(403, "role_too_low");
}
END_TEST

START_TEST(live_locks_are_listed_newest_first_with_filters)
{
	const char *a = new_item(), *b = new_item();

	lock("alice", a);
	POST("alice", at("/api/items/%s/lock", b), "{\"expires_in\":120}");
	GET("vera", "/api/locks?user=alice&limit=2");
	ck_assert_str_eq(told("locks.0.part_number"), b);
	ck_assert_str_eq(told("locks.1.part_number"), a);
	GET("vera", "/api/locks?user=alice&expiring_within=300&limit=1");
	ck_assert_str_eq(told("locks.0.part_number"), b);
	GET("vera", "/api/locks?limit=0");
	expect(422, "invalid_value");
	GET("vera", "/api/locks?expiring_within=x");
	ck_assert_str_eq(told("field"), "expiring_within");
}
END_TEST

START_TEST(the_history_tells_what_happened)
{
	const char *pn = new_item();
	int tries = 0;

	lock("alice", pn);
	upload("alice", pn, "x", "&release_lock=true");
	do
		GET("vera", at("/api/items/%s/events", pn));
	while (told_count("events") < 4 && ++tries < 100 && system("sleep 0.05") == 0);
	ck_assert_uint_eq(told_count("events"), 4);
	ck_assert_str_eq(told("events.0.event"), "item.unlocked");
	ck_assert_str_eq(told("events.0.data.reason"), "committed");
	ck_assert_str_eq(told("events.1.event"), "revision.created");
	ck_assert_str_eq(told("events.2.event"), "item.locked");
	ck_assert_str_eq(told("events.3.event"), "item.created");
}
END_TEST

START_TEST(read_only_mode_refuses_writes_and_serves_reads)
{
	const char *pn = new_item();

	sql("select silo.server_mode_set('read-only')");
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(503, "server_read_only");
	ck_assert_str_ne(told_header("Retry-After"), "");
	GET("alice", at("/api/items/%s", pn));
	expect(200, "");
	GET(NULL, "/ready");
	ck_assert_str_eq(told("mode"), "read-only");
	sql("select silo.server_mode_set('normal')");
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
}
END_TEST

/* Passed over, the project would have been no limit, and all locks would have gone. */
START_TEST(no_limit_of_a_release_of_many_is_passed_over)
{
	const char *pn = new_item();

	lock("bob", pn);
	DELETE("bob", "/api/locks?mine=true&project=LAMP");
	expect(400, "unknown_parameter");
	ck_assert_str_eq(told("field"), "project");
	DELETE("bob", at("/api/locks?part_numbers=%s&part_numbers=%s", pn, pn));
	expect(400, "invalid_query");
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("lock.locked_by"), "bob");
}
END_TEST

TCase *locks_case(void)
{
	TCase *tests = tcase_create("locks");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, no_limit_of_a_release_of_many_is_passed_over);
	tcase_add_test(tests, a_free_item_is_taken_and_the_lock_says_who_and_until_when);
	tcase_add_test(tests, the_holder_renews_the_end_moves_and_the_beginning_stays);
	tcase_add_test(tests, another_holder_is_named_in_the_refusal);
	tcase_add_test(tests, the_length_of_a_lease_has_bounds);
	tcase_add_test(tests, an_ended_lease_does_not_exist_for_anybody);
	tcase_add_test(tests, only_the_holder_or_an_admin_releases);
	tcase_add_test(tests, nobody_but_the_holder_writes);
	tcase_add_test(tests, several_are_locked_all_or_nothing_and_every_conflict_is_listed);
	tcase_add_test(tests, a_lock_is_asked_for_once_a_person);
	tcase_add_test(tests, live_locks_are_listed_newest_first_with_filters);
	tcase_add_test(tests, the_history_tells_what_happened);
	tcase_add_test(tests, read_only_mode_refuses_writes_and_serves_reads);
	return tests;
}
