/* What breaks comes back by itself, and nothing acknowledged is lost. */
#include "config.h"
#include "client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long until_ready(int tenths)
{
	long status = 0;

	for (; tenths > 0 && status != 200; tenths--) {
		status = GET(NULL, "/ready");
		if (status != 200)
			usleep(100000);
	}
	return status;
}

START_TEST(postgres_stopped_is_503_with_retry_after_and_comes_back_by_itself)
{
	const char *pn = new_item();

	ck_assert_int_eq(stack_run("stop-postgres"), 0);
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(503, "unavailable");
	ck_assert_str_ne(told_header("Retry-After"), "");
	GET(NULL, "/ready");
	ck_assert_str_ne(told_body(), "");
	ck_assert_int_eq(GET(NULL, "/health"), 200);
	ck_assert_int_eq(stack_run("start-postgres"), 0);
	ck_assert_int_eq(until_ready(50), 200);
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
}
END_TEST

START_TEST(ended_connections_are_replaced)
{
	const char *pn = new_item();
	int good = 0;

	sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> "
	    "pg_backend_pid() "
	    "and usename in ('silo_api', 'silo_hub')");
	for (int i = 0; i < 40; i++) {
		long status = GET("alice", at("/api/items/%s", pn));

		ck_assert_msg(status == 200 || status == 503, "%ld", status);
		good += status == 200;
		usleep(50000);
	}
	ck_assert_int_gt(good, 20);
}
END_TEST

START_TEST(a_killed_worker_is_replaced_and_leaves_no_half_revision)
{
	const char *pn = new_item();

	for (int round = 0; round < 10; round++) {
		char command[256];

		snprintf(command, sizeof command,
		         "(sleep 0.00%d; pkill -9 -P %s -n) >/dev/null 2>&1 &", round,
		         stack_value("SILO_API_PID"));
		ck_assert_int_eq(system(command), 0);
		with("Content-Type: application/octet-stream");
		send_as("alice", "POST", at("/api/items/%s/file?filename=a.txt", pn),
		        at("round %d", round));
		/* nginx or another worker may say it: it may have happened. */
		if (told_status() == 503)
			ck_assert_msg(strstr(told_body(), "may still happen") != NULL, "%s",
			              told_body());
		if (strcmp(told("revision_number"), "") != 0)
			ck_assert_str_eq(
			    sql_value(at("select max(revision_number) from silo.revisions r join "
			                 "silo.items i "
			                 "on i.id = r.item_id where part_number = '%s'",
			                 pn)),
			    told("revision_number"));
	}
	sleep(1); /* the last kill has struck by then */
	ck_assert_int_eq(until_ready(100), 200);
	ck_assert_str_eq(
	    sql_value(at(
	        "select count(*) = max(revision_number) and max(current_revision) = count(*) from "
	        "silo.revisions r join silo.items i on i.id = r.item_id where part_number = '%s'",
	        pn)),
	    "t");
	GET("vera", at("/api/items/%s/file", pn));
	expect(200, "");
	ck_assert_int_eq(strncmp(told_body(), "round ", 6), 0);
}
END_TEST

/*
 * As a migration does it: lock_acquire's type is another from one call to the next.  Each worker
 * meets it with the statement prepared before, some with no call made yet, and must neither fail
 * nor do the work twice.
 */
START_TEST(a_function_replaced_under_running_workers_costs_nobody_anything)
{
	const char *pn[20];

	for (int i = 0; i < 20; i++)
		pn[i] = new_item();
	lock("alice", pn[0]);
	ck_assert_int_eq(stack_reload(), 0);
	sql("begin;"
	    "alter function silo.lock_acquire rename to kept_acquire;"
	    "create function silo.lock_acquire(text, text, integer, text, integer, integer,"
	    " bigint, integer)"
	    " returns table (status bigint, body text, etag text, location text)"
	    " language sql security definer set search_path = silo, pg_temp as"
	    " 'select status::bigint, body, etag, location"
	    " from silo.kept_acquire($1, $2, $3, $4, $5, $6, $7, $8)';"
	    "commit");
	for (int i = 1; i < 10; i++)
		lock("alice", pn[i]);
	sql("begin;"
	    "drop function silo.lock_acquire;"
	    "alter function silo.kept_acquire rename to lock_acquire;"
	    "commit");
	for (int i = 10; i < 20; i++)
		lock("alice", pn[i]);
	ck_assert_str_eq(
	    sql_value(at("select count(*) from (select type, part_number from silo.outbox union all"
	                 " select type, part_number from silo.feed) told"
	                 " where type = 'item.locked' and part_number like 'T%d-%%'",
	                 (int)getpid())),
	    "20");
}
END_TEST

START_TEST(a_function_that_is_missing_for_a_moment_is_503_and_no_more)
{
	const char *pn = new_item();

	sql("alter function silo.lock_acquire rename to kept_acquire");
	for (int i = 0; i < 8; i++) {
		POST("alice", at("/api/items/%s/lock", pn), NULL);
		expect(503, "unavailable");
		ck_assert_str_ne(told_header("Retry-After"), "");
		ck_assert_int_eq(GET("alice", at("/api/items/%s", pn)), 200);
	}
	sql("alter function silo.kept_acquire rename to lock_acquire");
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
	for (int i = 0; i < 8; i++)
		lock("alice", pn);
}
END_TEST

/* Whatever waits, here all the workers for sessions that Postgres has left hanging. */
START_TEST(health_is_answered_at_once_while_the_database_keeps_silent)
{
	time_t began;

	ck_assert_int_eq(
	    stack_shell("pids=$(psql -XAtq \"$SILO_OWNER_DATABASE\" -c \"select pid from"
	                " pg_stat_activity where usename in ('silo_api', 'silo_hub')\")\n"
	                "echo $pids >\"$SILO_DIR/silent\"\n"
	                "kill -STOP $pids\n"
	                "for i in 1 2 3 4 5 6 7 8; do\n"
	                "  curl -s -o /dev/null --max-time 60 -H \"Authorization: Bearer"
	                " $TOKEN_VERA\" \"$SILO_URL/api/items\" >/dev/null 2>&1 &\n"
	                "done"),
	    0);
	for (int i = 0; i < 10; i++) {
		began = time(NULL);
		ck_assert_int_eq(GET(NULL, "/health"), 200);
		ck_assert_str_eq(told("status"), "ok");
		/* The time limit of a statement, after which a worker would be free, is 15 s. */
		ck_assert_int_lt(time(NULL) - began, 5);
	}
	ck_assert_int_eq(stack_shell("kill -CONT $(cat \"$SILO_DIR/silent\")"), 0);
	ck_assert_int_eq(until_ready(300), 200);
}
END_TEST

START_TEST(health_is_answered_by_the_workers_where_the_hub_is_down)
{
	ck_assert_int_eq(stack_shell("kill -STOP $SILO_EVENTS_PID"), 0);
	ck_assert_int_eq(GET(NULL, "/health"), 200);
	ck_assert_str_eq(told("mode"), "unknown");
	ck_assert_int_eq(stack_shell("kill -CONT $SILO_EVENTS_PID"), 0);
	for (int tries = 0; tries < 100 && strcmp(told("mode"), "normal") != 0; tries++) {
		usleep(100000);
		ck_assert_int_eq(GET(NULL, "/health"), 200);
	}
	ck_assert_str_eq(told("mode"), "normal");
}
END_TEST

TCase *faults_case(void)
{
	TCase *tests = tcase_create("faults");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, a_function_replaced_under_running_workers_costs_nobody_anything);
	tcase_add_test(tests, a_function_that_is_missing_for_a_moment_is_503_and_no_more);
	tcase_add_test(tests, ended_connections_are_replaced);
	tcase_add_test(tests, a_killed_worker_is_replaced_and_leaves_no_half_revision);
	tcase_add_test(tests, health_is_answered_at_once_while_the_database_keeps_silent);
	tcase_add_test(tests, health_is_answered_by_the_workers_where_the_hub_is_down);
	tcase_add_test(tests, postgres_stopped_is_503_with_retry_after_and_comes_back_by_itself);
	return tests;
}
