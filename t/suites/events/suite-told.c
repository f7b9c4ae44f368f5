/*
 * What is told: every change with its fields, what was asked for, and where a reader resumes.
 */
#include "config.h"
#include "hubs.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(every_change_is_sent_with_its_fields)
{
	struct stream *stream = stream_open("vera", "/api/events", -1);
	const struct told_event *event = stream_expect(stream, "server.state", SOON);
	const char *pn;

	ck_assert_str_eq(data_of(event, "mode"), "normal");
	pn = new_item();
	event = stream_expect(stream, "item.created", SOON);
	ck_assert_str_eq(data_of(event, "part_number"), pn);
	ck_assert_str_eq(data_of(event, "item_type"), "part");
	ck_assert_str_eq(data_of(event, "revision"), "0");
	ck_assert_str_eq(data_of(event, "by"), "alice");
	PUT("alice", at("/api/items/%s", pn), "{\"description\":\"x\"}");
	ck_assert_str_eq(data_of(stream_expect(stream, "item.updated", SOON), "description"), "x");
	POST("alice", at("/api/items/%s/lock", pn), "{\"comment\":\"c\",\"workstation\":\"w\"}");
	event = stream_expect(stream, "item.locked", SOON);
	ck_assert_str_eq(data_of(event, "locked_by"), "alice");
	ck_assert_str_eq(data_of(event, "comment"), "c");
	ck_assert_str_eq(data_of(event, "workstation"), "w");
	ck_assert_str_eq(data_of(event, "renewed"), "false");
	ck_assert_str_eq(data_of(event, "locked_at"), told("locked_at"));
	ck_assert_str_eq(data_of(event, "expires_at"), told("expires_at"));
	lock("alice", pn);
	ck_assert_str_eq(data_of(stream_expect(stream, "item.locked", SOON), "renewed"), "true");
	POST("bob", at("/api/items/%s/lock/request", pn), "{\"message\":\"please\"}");
	event = stream_expect(stream, "lock.requested", SOON);
	ck_assert_str_eq(data_of(event, "message"), "please");
	ck_assert_str_eq(data_of(event, "by"), "bob");
	DELETE("alice", at("/api/items/%s/lock", pn));
	event = stream_expect(stream, "item.unlocked", SOON);
	ck_assert_str_eq(data_of(event, "reason"), "released");
	ck_assert_str_eq(data_of(event, "by"), "alice");
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	DELETE("ada", at("/api/items/%s/lock", pn));
	event = stream_expect(stream, "item.unlocked", SOON);
	ck_assert_str_eq(data_of(event, "reason"), "forced");
	ck_assert_str_eq(data_of(event, "locked_by"), "alice");
	ck_assert_str_eq(data_of(event, "by"), "ada");
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	upload("alice", pn, "content", "&comment=done&release_lock=true");
	event = stream_expect(stream, "revision.created", SOON);
	ck_assert_str_eq(data_of(event, "revision_number"), "1");
	ck_assert_str_eq(data_of(event, "filename"), "a.txt");
	ck_assert_str_eq(data_of(event, "size"), "7");
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "committed");
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	let_lease_end(pn);
	event = stream_expect(stream, "item.unlocked", SOON);
	ck_assert_str_eq(data_of(event, "reason"), "expired");
	ck_assert_str_eq(data_of(event, "by"), "null");
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	DELETE("alice", at("/api/items/%s", pn));
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "archived");
	ck_assert_str_eq(data_of(stream_expect(stream, "item.deleted", SOON), "part_number"), pn);
	stream_close(stream);
}
END_TEST

/* Lets a lease of `pn` end in `seconds`. */
static void end_lease_in(const char *pn, const char *seconds)
{
	sql(at("update silo.locks set expires_at = clock_timestamp() + interval '%s s' where "
	       "item_id = "
	       "(select id from silo.items where part_number = '%s')",
	       seconds, pn));
}

/*
 * Never early, and within a second.  The machine may be busy with something else at the moment in
 * question, so the best of some tries counts: a hub that is late by design is late in each.
 */
START_TEST(a_lease_ends_within_a_second_of_its_end)
{
	const char *pn = settled_item();
	struct stream *stream = stream_open("vera", at("/api/events?part_number=%s", pn), -1);
	double late = 99;

	stream_expect(stream, "server.state", SOON);
	for (int tries = 0; tries < 5 && late >= 1.0; tries++) {
		double end;

		lock("alice", pn);
		stream_expect(stream, "item.locked", SOON);
		end_lease_in(pn, "1.2");
		end = seconds_now() + 1.2;
		stream_expect(stream, "lock.expiring", SOON);
		stream_expect(stream, "item.unlocked", SOON);
		ck_assert_double_gt(seconds_now(), end - 0.2);
		late = seconds_now() - end;
	}
	ck_assert_double_lt(late, 1.0);
	stream_close(stream);
}
END_TEST

/* A transaction that holds the item's row delays this lease only, not the others. */
START_TEST(a_lease_ends_also_beside_one_that_is_being_worked_on)
{
	const char *busy = settled_item(), *idle = settled_item();
	struct stream *stream = stream_open("vera", "/api/events?types=item.unlocked", -1);
	PGconn *worker = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));

	stream_expect(stream, "server.state", SOON);
	lock("alice", busy);
	lock("alice", idle);
	PQclear(PQexec(worker, "begin"));
	PQclear(
	    PQexec(worker, at("select from silo.items where part_number = '%s' for update", busy)));
	end_lease_in(busy, "0.1");
	end_lease_in(idle, "0.2");
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "part_number"),
	                 idle);
	PQclear(PQexec(worker, "rollback"));
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "part_number"),
	                 busy);
	PQfinish(worker);
	stream_close(stream);
}
END_TEST

START_TEST(a_lease_is_warned_once_and_again_after_a_renewal)
{
	const char *pn = settled_item();
	struct stream *stream =
	    stream_open("vera", at("/api/events?part_number=%s&types=lock.expiring", pn), -1);

	stream_expect(stream, "server.state", SOON);
	lock("alice", pn);
	end_lease_in(pn, "600");
	ck_assert_str_eq(data_of(stream_expect(stream, "lock.expiring", SOON), "locked_by"),
	                 "alice");
	stream_expect(stream, "heartbeat", SOON);
	stream_expect(stream, "heartbeat", SOON);
	lock("alice", pn);
	end_lease_in(pn, "660");
	stream_expect(stream, "lock.expiring", SOON);
	stream_close(stream);
}
END_TEST

START_TEST(filters_show_what_was_asked_for)
{
	const char *a = settled_item(), *b = settled_item();
	struct stream *one =
	    stream_open("vera", at("/api/events?part_number=%s&part_number=nothing", a), -1);
	struct stream *kinds =
	    stream_open("vera", "/api/events?types=item.unlocked,item.locked", -1);
	struct stream *mine = stream_open("bob", "/api/events?mine=true", -1);

	stream_expect(one, "server.state", SOON);
	stream_expect(kinds, "server.state", SOON);
	stream_expect(mine, "server.state", SOON);
	lock("alice", b);
	POST("bob", at("/api/items/%s/lock/request", b), NULL);
	DELETE("alice", at("/api/items/%s/lock", b));
	lock("alice", a);
	ck_assert_str_eq(data_of(stream_expect(one, "item.locked", SOON), "part_number"), a);
	ck_assert_str_eq(data_of(stream_expect(kinds, "item.locked", SOON), "part_number"), b);
	stream_expect(kinds, "item.unlocked", SOON);
	stream_expect(kinds, "item.locked", SOON);
	stream_expect(mine, "lock.requested", SOON);
	/* Who asked is told when it is free. */
	ck_assert_str_eq(data_of(stream_expect(mine, "item.unlocked", SOON), "part_number"), b);
	stream_close(one);
	stream_close(kinds);
	stream_close(mine);
	GET("vera", "/api/events?types=nonsense");
	expect(422, "invalid_value");
	GET("vera", "/api/events?last_event_id=-1");
	ck_assert_str_eq(told("field"), "last_event_id");
	POST("vera", "/api/events", "{}");
	expect(405, "method_not_allowed");
	GET(NULL, "/api/events");
	expect(401, "not_signed_in");
}
END_TEST

/* Passed over, a filter that is misspelt would bring everything. */
START_TEST(a_filter_that_is_unknown_or_given_twice_is_refused)
{
	struct stream *stream;

	GET("vera", "/api/events?part=A01-0001");
	expect(400, "unknown_parameter");
	ck_assert_str_eq(told("field"), "part");
	GET("vera", "/api/events?%22%0A=1");
	expect(400, "unknown_parameter");
	ck_assert_str_eq(told("field"), "\"\n");
	GET("vera", "/api/events?types=item.locked&types=item.unlocked");
	expect(400, "invalid_query");
	ck_assert_str_eq(told("field"), "types");
	/* As everywhere: a stranger learns only that. */
	GET(NULL, "/api/events?part=A01-0001");
	expect(401, "not_signed_in");
	GET(NULL, "/api/events?types=nonsense");
	expect(401, "not_signed_in");
	/* What other clients say, and what a browser adds against caches, filters nothing. */
	stream = stream_open("vera", "/api/events?workstation_id=ws-7&_=1&workstation_id=", -1);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
}
END_TEST

START_TEST(a_reader_resumes_exactly_where_it_was)
{
	const char *pn = settled_item();
	struct stream *stream = stream_open(
	    "vera",
	    at("/api/events?part_number=%s&types=item.locked,item.unlocked,revision.created", pn),
	    -1);
	long last;

	stream_expect(stream, "server.state", SOON);
	lock("alice", pn);
	last = stream_expect(stream, "item.locked", SOON)->id;
	stream_close(stream);
	DELETE("alice", at("/api/items/%s/lock", pn));
	upload("alice", pn, "x", "");
	settle();
	stream = stream_open("vera", at("/api/events?part_number=%s", pn), last);
	ck_assert_int_gt(stream_expect(stream, "item.unlocked", SOON)->id, last);
	stream_expect(stream, "revision.created", SOON);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	/* By query, as a client does that cannot set headers. */
	stream =
	    stream_open("vera", at("/api/events?part_number=%s&last_event_id=%ld", pn, last), -1);
	stream_expect(stream, "item.unlocked", SOON);
	stream_close(stream);
}
END_TEST

/* Of another database, of before the oldest, and of another server. */
START_TEST(a_number_that_is_not_kept_resets_the_reader)
{
	struct stream *stream;
	long last = atol(sql_value("select last from silo.feed_head"));

	stream = stream_open("vera", "/api/events", last + 1000000);
	ck_assert_int_ge(stream_expect(stream, "feed.reset", SOON)->id, last);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	stream = stream_open_with("vera", "/api/events", "Last-Event-ID: 7f3a-not-of-this-feed");
	ck_assert_int_ge(stream_expect(stream, "feed.reset", SOON)->id, last);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	stream =
	    stream_open_with("vera", "/api/events", "Last-Event-ID: 99999999999999999999999999");
	stream_expect(stream, "feed.reset", SOON);
	stream_close(stream);
	GET("vera", "/api/events?last_event_id=7f3a");
	expect(422, "invalid_value");
}
END_TEST

/* The mode is told on connect and when it changes, whatever is filtered. */
START_TEST(the_servers_mode_is_sent_to_everybody)
{
	struct stream *stream = stream_open("vera", "/api/events?types=item.locked&mine=true", -1);

	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "normal");
	sql("select silo.server_mode_set('read-only')");
	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "read-only");
	stream_close(stream);
	stream = stream_open("vera", "/api/events?types=item.deleted", -1);
	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "read-only");
	sql("select silo.server_mode_set('normal')");
	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "normal");
	/* Changed in the database and not by an event. */
	sql("update silo.server_state set mode = 'read-only'");
	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "read-only");
	sql("update silo.server_state set mode = 'normal'");
	ck_assert_str_eq(data_of(stream_expect(stream, "server.state", SOON), "mode"), "normal");
	stream_close(stream);
}
END_TEST

TCase *told_case(void)
{
	TCase *tests = tcase_create("told");

	tcase_add_test(tests, every_change_is_sent_with_its_fields);
	tcase_add_test(tests, a_lease_ends_within_a_second_of_its_end);
	tcase_add_test(tests, a_lease_ends_also_beside_one_that_is_being_worked_on);
	tcase_add_test(tests, a_lease_is_warned_once_and_again_after_a_renewal);
	tcase_add_test(tests, filters_show_what_was_asked_for);
	tcase_add_test(tests, a_filter_that_is_unknown_or_given_twice_is_refused);
	tcase_add_test(tests, a_reader_resumes_exactly_where_it_was);
	tcase_add_test(tests, a_number_that_is_not_kept_resets_the_reader);
	tcase_add_test(tests, the_servers_mode_is_sent_to_everybody);
	return tests;
}
