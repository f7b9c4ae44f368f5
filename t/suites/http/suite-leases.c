/* Rule 10: a write that names a lease means that one alone, no matter who holds the lock now. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of the lease that the item has now. */
static char *lease_of(const char *pn)
{
	GET("vera", at("/api/items/%s/lock", pn));
	return strdup(told("lock.lease_id"));
}

static char *leased(const char *who, const char *pn)
{
	lock(who, pn);
	return lease_of(pn);
}

static void expect_other(const char *pn, const char *now)
{
	expect(412, "other_lease");
	ck_assert_str_eq(told("part_number"), pn);
	ck_assert_str_eq(told("lock.lease_id"), now);
}

START_TEST(each_lock_and_each_renewal_has_a_number_of_its_own)
{
	const char *pn = new_item();
	char *first = leased("alice", pn), *second;
	int tries = 0;

	ck_assert_int_gt(atol(first), 0);
	second = leased("alice", pn);
	ck_assert_str_ne(first, second);
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("lock.lease_id"), second);
	GET("vera", "/api/locks?user=alice&limit=1");
	ck_assert_str_eq(told("locks.0.lease_id"), second);
	do
		GET("vera", at("/api/items/%s/events", pn));
	while (told_count("events") < 3 && ++tries < 100 && system("sleep 0.05") == 0);
	ck_assert_str_eq(told("events.0.data.lease_id"), second);
	ck_assert_str_eq(told("events.1.data.lease_id"), first);
	DELETE("alice", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("lease_id"), second);
	ck_assert_str_ne(leased("alice", pn), second);
}
END_TEST

START_TEST(a_write_that_names_no_lease_means_any)
{
	const char *pn = new_item();

	lock("alice", pn);
	lock("alice", pn);
	PUT("alice", at("/api/items/%s", pn), "{\"description\":\"x\",\"lease_id\":null}");
	expect(200, "");
	POST("alice", at("/api/items/%s/lock", pn), "{\"lease_id\":null}");
	expect(200, "");
	DELETE("alice", at("/api/items/%s/lock", pn));
	expect(200, "");
}
END_TEST

/* The release that was given up, and comes when its caller has locked again. */
START_TEST(a_late_release_does_not_end_a_later_lease)
{
	const char *pn = new_item();
	char *old = leased("alice", pn), *now;

	DELETE("alice", at("/api/items/%s/lock?lease_id=%s", pn, old));
	expect(200, "");
	DELETE("alice", at("/api/items/%s/lock?lease_id=%s", pn, old));
	expect(404, "not_locked");
	now = leased("alice", pn);
	DELETE("alice", at("/api/items/%s/lock?lease_id=%s", pn, old));
	expect_other(pn, now);
	/* By force too: the admin has seen another lock than this. */
	DELETE("ada", at("/api/items/%s/lock?lease_id=%s", pn, old));
	expect_other(pn, now);
	DELETE("ada", at("/api/items/%s/lock?lease_id=%s", pn, now));
	expect(200, "");
	now = leased("bob", pn);
	DELETE("alice", at("/api/items/%s/lock?lease_id=%s", pn, old));
	expect_other(pn, now);
	ck_assert_str_eq(told("lock.locked_by"), "bob");
	DELETE("alice", at("/api/items/%s/lock?lease_id=%s", pn, now));
	expect(403, "not_lock_owner");
}
END_TEST

START_TEST(a_renewal_that_names_a_lease_renews_that_one_or_none)
{
	const char *pn = new_item(), *path = strdup(at("/api/items/%s/lock", pn));
	char *first = leased("alice", pn), *second;

	POST("alice", path, at("{\"lease_id\":%s}", first));
	expect(200, "");
	second = strdup(told("lease_id"));
	ck_assert_str_ne(first, second);
	POST("alice", path, at("{\"lease_id\":%s}", first));
	expect_other(pn, second);
	ck_assert_str_eq(lease_of(pn), second);
	let_lease_end(pn);
	POST("alice", path, at("{\"lease_id\":%s}", second));
	expect(412, "other_lease");
	ck_assert_msg(strstr(told_body(), "\"lock\" : null") != NULL ||
	                  strstr(told_body(), "\"lock\":null") != NULL,
	              "%s", told_body());
	ck_assert_str_eq(lease_of(pn), "");
	first = leased("bob", pn);
	POST("alice", path, at("{\"lease_id\":%s}", second));
	expect_other(pn, first);
}
END_TEST

/* Every other write, on the holder's own lock, taken again since. */
START_TEST(no_write_happens_under_another_lease_than_it_names)
{
	const char *pn = new_item();
	char *old, *now;

	upload("alice", pn, "base", "");
	old = leased("alice", pn);
	now = leased("alice", pn);
	PUT("alice", at("/api/items/%s", pn), at("{\"description\":\"x\",\"lease_id\":%s}", old));
	expect_other(pn, now);
	POST("alice", at("/api/items/%s/revisions", pn), at("{\"lease_id\":%s}", old));
	expect_other(pn, now);
	upload("alice", pn, "late", at("&lease_id=%s&release_lock=true", old));
	expect_other(pn, now);
	DELETE("alice", at("/api/items/%s?lease_id=%s", pn, old));
	expect_other(pn, now);
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("current_revision"), "1");
	ck_assert_str_eq(told("description"), "made by a test");
	ck_assert_str_eq(told("lock.lease_id"), now);

	PUT("alice", at("/api/items/%s", pn), at("{\"description\":\"x\",\"lease_id\":%s}", now));
	expect(200, "");
	POST("alice", at("/api/items/%s/revisions", pn), at("{\"lease_id\":%s}", now));
	expect(201, "");
	upload("alice", pn, "in time", at("&lease_id=%s", now));
	expect(201, "");
	DELETE("alice", at("/api/items/%s?lease_id=%s", pn, now));
	expect(204, "");
}
END_TEST

START_TEST(a_field_of_a_form_names_the_lease_too)
{
	const char *pn = new_item(), *form = "--b\r\n"
	                                     "Content-Disposition: form-data; name=\"lease_id\"\r\n"
	                                     "\r\n%s\r\n"
	                                     "--b\r\n"
	                                     "Content-Disposition: form-data; name=\"file\"; "
	                                     "filename=\"a.txt\"\r\n"
	                                     "\r\nbytes\r\n"
	                                     "--b--\r\n";
	char body[400], *old = leased("alice", pn), *now = leased("alice", pn);

	for (int round = 0; round < 2; round++) {
		snprintf(body, sizeof body, form, round == 0 ? old : now);
		with("Content-Type: multipart/form-data; boundary=b");
		send_as("alice", "POST", at("/api/items/%s/file", pn), body);
		if (round == 0)
			expect_other(pn, now);
	}
	expect(201, "");
}
END_TEST

/* Where nothing is locked the write is judged as if it named no lease. */
START_TEST(a_write_without_a_live_lock_is_judged_as_ever)
{
	const char *pn = new_item();
	char *old = leased("alice", pn);

	let_lease_end(pn);
	PUT("alice", at("/api/items/%s", pn), at("{\"description\":\"x\",\"lease_id\":%s}", old));
	expect(200, "");
	upload("alice", pn, "late", at("&base_revision=0&lease_id=%s", old));
	expect(201, "");
}
END_TEST

/* The second try of an upload whose answer was lost, after its caller has locked again. */
START_TEST(the_second_try_of_an_upload_leaves_a_later_lease)
{
	const char *pn = new_item();
	char *old = leased("alice", pn), *now;

	upload("alice", pn, "once", at("&base_revision=0&release_lock=true&lease_id=%s", old));
	expect(201, "");
	now = leased("alice", pn);
	upload("alice", pn, "once", at("&base_revision=0&release_lock=true&lease_id=%s", old));
	expect(200, "");
	ck_assert_str_eq(lease_of(pn), now);
	upload("alice", pn, "once", at("&base_revision=0&release_lock=true&lease_id=%s", now));
	expect(200, "");
	ck_assert_str_eq(lease_of(pn), "");
}
END_TEST

START_TEST(of_several_each_names_its_own_and_every_other_one_is_listed)
{
	const char *a = new_item(), *b = new_item(), *c = new_item();
	char *lease_a = leased("alice", a), *old_b = leased("alice", b), *lease_b, *again_a;
	char names[200], query[300];

	lease_b = leased("alice", b);
	snprintf(names, sizeof names, "\"part_numbers\":[\"%s\",\"%s\",\"%s\"]", b, a, c);
	POST("alice", "/api/locks", at("{%s,\"lease_ids\":[%s,%s,null]}", names, old_b, lease_a));
	expect(412, "other_lease");
	ck_assert_str_eq(told("lock.lease_id"), lease_b);
	ck_assert_uint_eq(told_count("locks"), 1);
	ck_assert_str_eq(told("part_numbers.0"), b);
	ck_assert_str_eq(lease_of(a), lease_a);
	ck_assert_str_eq(lease_of(c), "");
	/* c has no lease of this number, or of any. */
	POST("alice", "/api/locks",
	     at("{%s,\"lease_ids\":[%s,%s,%s]}", names, lease_b, lease_a, old_b));
	expect(412, "other_lease");
	ck_assert_str_eq(told("part_numbers.0"), c);
	ck_assert_uint_eq(told_count("locks"), 0);
	POST("alice", "/api/locks", at("{%s,\"lease_ids\":[%s,%s,null]}", names, lease_b, lease_a));
	expect(201, "");
	again_a = lease_of(a);
	ck_assert_str_ne(again_a, lease_a);

	snprintf(query, sizeof query, "/api/locks?part_numbers=%s,%s", a, c);
	DELETE("alice", at("%s&lease_ids=%s,", query, lease_a));
	expect(412, "other_lease");
	ck_assert_str_eq(told("locks.0.lease_id"), again_a);
	ck_assert_str_ne(lease_of(c), "");
	DELETE("alice", at("%s&lease_ids=%s,", query, again_a));
	expect(200, "");
	with("Content-Type: application/json");
	send_as("alice", "DELETE", "/api/locks",
	        at("{\"part_numbers\":[\"%s\"],\"lease_ids\":[%s]}", b, lease_b));
	expect(412, "other_lease");
	with("Content-Type: application/json");
	send_as("alice", "DELETE", "/api/locks",
	        at("{\"part_numbers\":[\"%s\"],\"lease_ids\":[%s]}", b, lease_of(b)));
	expect(200, "");
}
END_TEST

START_TEST(what_is_no_lease_is_refused)
{
	static const char *const wrong[] = {"0", "-1", "1.5", "\"7\"", "9007199254740992", "[]"};
	static const char *const lists[] = {
	    "7", "[7,8]", "[]", "[\"7\"]", "[1.5]", "[-1]", "[0]", "[9007199254740992]", "{}"};
	static const char *const queries[] = {"7,8", "x", "7;8", "99999999999999999999"};
	const char *pn = new_item();

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		PUT("alice", at("/api/items/%s", pn), at("{\"lease_id\":%s}", wrong[i]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "lease_id");
		upload("alice", pn, "x", at("&lease_id=%s", i == 3 ? "x" : wrong[i]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "lease_id");
	}
	DELETE("alice", at("/api/items/%s/lock?lease_id=x", pn));
	expect(422, "invalid_value");
	DELETE("alice", at("/api/items/%s?lease_id=0", pn));
	expect(422, "invalid_value");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		POST("alice", "/api/locks",
		     at("{\"part_numbers\":[\"%s\"],\"lease_ids\":%s}", pn, lists[i]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "lease_ids");
	}
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		DELETE("alice", at("/api/locks?part_numbers=%s&lease_ids=%s", pn, queries[i]));
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "lease_ids");
	}
	DELETE("alice", "/api/locks?mine=true&lease_ids=7");
	expect(422, "invalid_value");
}
END_TEST

TCase *leases_case(void)
{
	TCase *tests = tcase_create("leases");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, each_lock_and_each_renewal_has_a_number_of_its_own);
	tcase_add_test(tests, a_write_that_names_no_lease_means_any);
	tcase_add_test(tests, a_late_release_does_not_end_a_later_lease);
	tcase_add_test(tests, a_renewal_that_names_a_lease_renews_that_one_or_none);
	tcase_add_test(tests, no_write_happens_under_another_lease_than_it_names);
	tcase_add_test(tests, a_field_of_a_form_names_the_lease_too);
	tcase_add_test(tests, a_write_without_a_live_lock_is_judged_as_ever);
	tcase_add_test(tests, the_second_try_of_an_upload_leaves_a_later_lease);
	tcase_add_test(tests, of_several_each_names_its_own_and_every_other_one_is_listed);
	tcase_add_test(tests, what_is_no_lease_is_refused);
	return tests;
}
