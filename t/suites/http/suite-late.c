/*
 * A change that was answered 503 because Postgres kept silent does not happen later, when the
 * session it was sent to goes on.  One worker with a short patience, so that each call meets one
 * session.
 */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void have_one_impatient_worker(void)
{
	ck_assert_int_eq(stack_shell("cp \"$SILO_CONFIG_FILE\" \"$SILO_DIR/before-late\"\n"
	                             "rm -f \"$SILO_DIR/stopped\"\n"
	                             "printf 'workers = 1\\nstatement_timeout_ms = 500\\n' "
	                             ">>\"$SILO_CONFIG_FILE\""),
	                 0);
	ck_assert_int_eq(stack_reload(), 0);
}

static void have_all_workers(void)
{
	stack_shell("cat \"$SILO_DIR/before-late\" >\"$SILO_CONFIG_FILE\"");
	stack_reload();
}

/* Sends it to a session that was stopped just now, and is so until wake_sessions(). */
static void send_to_a_stopped_session(const char *method, const char *path, const char *body)
{
	ck_assert_int_eq(GET("vera", "/api/items?limit=1"), 200);
	ck_assert_int_eq(
	    stack_shell("pids=$(psql -XAtq \"$SILO_OWNER_DATABASE\" -c \"select pid from"
	                " pg_stat_activity where usename = 'silo_api'\")\n"
	                "for pid in $pids; do\n"
	                "  grep -qsx $pid \"$SILO_DIR/stopped\" && continue\n"
	                "  kill -STOP $pid && echo $pid >>\"$SILO_DIR/stopped\"\n"
	                "done"),
	    0);
	send_as("alice", method, path, body);
	expect(503, "unavailable");
	ck_assert_str_ne(told_header("Retry-After"), "");
	ck_assert_msg(strstr(told("message"), "may still happen") != NULL, "%s", told("message"));
}

/* They do what they have been sent; nobody hears it, so they end. */
static void wake_sessions(void)
{
	ck_assert_int_eq(stack_shell("kill -CONT $(cat \"$SILO_DIR/stopped\")\n"
	                             "for pid in $(cat \"$SILO_DIR/stopped\"); do\n"
	                             "  for i in $(seq 300); do\n"
	                             "    [ -d /proc/$pid ] || break\n"
	                             "    sleep 0.1\n"
	                             "  done\n"
	                             "  [ ! -d /proc/$pid ] || exit 1\n"
	                             "done\n"
	                             "rm \"$SILO_DIR/stopped\""),
	                 0);
}

START_TEST(a_change_that_was_given_up_does_not_happen_later)
{
	const char *held = new_item(), *free_one = new_item(), *other = new_item();
	char *token = strdup(fresh("late")), *made = strdup(fresh("late")), *lease, path[100];

	lock("alice", held);
	snprintf(path, sizeof path, "/api/items/%s/lock", held);
	send_to_a_stopped_session("POST", path, "{\"expires_in\":60}");
	send_to_a_stopped_session("DELETE", path, NULL);
	send_to_a_stopped_session("POST", at("/api/items/%s/lock", free_one), NULL);
	send_to_a_stopped_session("POST", "/api/locks", at("{\"part_numbers\":[\"%s\"]}", other));
	send_to_a_stopped_session("DELETE", at("/api/locks?part_numbers=%s", held), NULL);
	send_to_a_stopped_session("PUT", at("/api/items/%s", free_one),
	                          "{\"description\":\"late\"}");
	send_to_a_stopped_session("POST", at("/api/items/%s/revisions", free_one), "{}");
	send_to_a_stopped_session("DELETE", at("/api/items/%s", other), NULL);
	send_to_a_stopped_session("POST", "/api/items", at("{\"part_number\":\"%s\"}", made));
	send_to_a_stopped_session("POST", "/api/auth/tokens", at("{\"name\":\"%s\"}", token));

	/* Confirmed: this lock is alice's. */
	lock("alice", held);
	lease = strdup(told("lease_id"));
	wake_sessions();
	GET("vera", path);
	ck_assert_str_eq(told("lock.lease_id"), lease);
	GET("vera", at("/api/items/%s", free_one));
	ck_assert_str_eq(told("lock.locked_by"), "");
	ck_assert_str_eq(told("current_revision"), "0");
	ck_assert_str_eq(told("description"), "made by a test");
	GET("vera", at("/api/items/%s", other));
	expect(200, "");
	ck_assert_str_eq(told("lock.locked_by"), "");
	GET("vera", at("/api/items/%s", made));
	expect(404, "item_not_found");
	ck_assert_str_eq(
	    sql_value(at("select count(*) from silo.api_tokens where name = '%s'", token)), "0");
}
END_TEST

/* A question that was lost is no reason for doubt. */
START_TEST(a_read_that_was_lost_says_to_try_again)
{
	ck_assert_int_eq(GET("vera", "/api/items?limit=1"), 200);
	ck_assert_int_eq(
	    stack_shell("pid=$(psql -XAtq \"$SILO_OWNER_DATABASE\" -c \"select pid from"
	                " pg_stat_activity where usename = 'silo_api'\")\n"
	                "kill -STOP $pid && echo $pid >\"$SILO_DIR/stopped\""),
	    0);
	GET("vera", "/api/items?limit=1");
	expect(503, "unavailable");
	ck_assert_msg(strstr(told("message"), "Try again") != NULL, "%s", told("message"));
	wake_sessions();
}
END_TEST

/*
 * As when the clock of Postgres' machine is set forward: each session that was there before takes
 * all calls for late.  That costs nobody an answer; where a new session helps no more, it is 503.
 */
START_TEST(a_clock_that_was_set_is_read_again)
{
	const char *pn = new_item();
	char *rule = strdup(sql_value("select pg_get_functiondef('silo.refuse_late'::regproc)"));
	const char *late = "create or replace function silo.refuse_late(answer_by double precision)"
	                   " returns void language plpgsql as $$ begin if %s then"
	                   "  raise exception using errcode = 'SLATE', message = 'too_late';"
	                   " end if; end $$";
	char *there =
	    strdup(sql_value("select 'pg_backend_pid() in (' || string_agg(pid::text, ',')"
	                     " || ')' from pg_stat_activity"));

	sql(at(late, there));
	POST("alice", at("/api/items/%s/lock", pn), NULL);
	expect(201, "");
	sql(at(late, "true"));
	DELETE("alice", at("/api/items/%s/lock", pn));
	expect(503, "unavailable");
	ck_assert_msg(strstr(told("message"), "may") == NULL, "%s", told("message"));
	sql(rule);
	GET("vera", at("/api/items/%s/lock", pn));
	ck_assert_str_eq(told("locked"), "true");
}
END_TEST

TCase *late_case(void)
{
	TCase *tests = tcase_create("late");

	tcase_set_timeout(tests, 120);
	tcase_add_unchecked_fixture(tests, have_one_impatient_worker, have_all_workers);
	tcase_add_test(tests, a_change_that_was_given_up_does_not_happen_later);
	tcase_add_test(tests, a_read_that_was_lost_says_to_try_again);
	tcase_add_test(tests, a_clock_that_was_set_is_read_again);
	return tests;
}
