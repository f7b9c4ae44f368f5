/*
 * What outlives a crash: of a hub, of the leader, of Postgres, of the database itself.
 */
#include "config.h"
#include "hubs.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(a_killed_hub_costs_a_reader_nothing_but_a_reconnect)
{
	const char *pn = settled_item();
	struct stream *stream;
	long last;

	stream = stream_open(
	    "vera", at("/api/events?part_number=%s&types=item.locked,item.unlocked", pn), -1);
	stream_expect(stream, "server.state", SOON);
	lock("alice", pn);
	last = stream_expect(stream, "item.locked", SOON)->id;
	kill_hub(SIGKILL);
	ck_assert(stream_ended(stream, SOON));
	stream_close(stream);
	/* While nobody listens: a release, and a lease that ends. */
	DELETE("alice", at("/api/items/%s/lock", pn));
	lock("bob", pn);
	let_lease_end(pn);
	restart_hub("");
	stream = stream_open("vera", at("/api/events?part_number=%s", pn), last);
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "released");
	stream_expect(stream, "item.locked", SOON);
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "expired");
	stream_close(stream);
}
END_TEST

START_TEST(a_stopped_hub_says_when_to_come_back)
{
	struct stream *stream = stream_open("vera", "/api/events", -1);

	stream_expect(stream, "server.state", SOON);
	kill_hub(SIGTERM);
	ck_assert(stream_ended(stream, SOON));
	/* One at the beginning, one at the end. */
	ck_assert_int_eq(stream_retries(stream), 2);
	stream_close(stream);
	restart_hub("");
}
END_TEST

/* A second hub beside the one behind nginx, once it follows. */
static pid_t start_second(void)
{
	const char *socket = strdup(at("%s/second.sock", stack_value("SILO_SOCKETS")));
	pid_t pid = hub_start(socket, stack_value("SILO_HUB_DATABASE"), "");
	double until = seconds_now() + 20;

	while (strcmp(sql_value(
	                  at("select count(*) from silo.hubs where name like '%%%s' and seen_at > "
	                     "clock_timestamp() - interval '1 s'",
	                     socket)),
	              "1") != 0) {
		ck_assert_msg(seconds_now() < until, "the second hub does not come up");
		usleep(50000);
	}
	return pid;
}

static const char *locked_events(const char *pn)
{
	return sql_value(
	    at("select count(*) from silo.feed where part_number = '%s' and type = 'item.locked'",
	       pn));
}

/*
 * Within two seconds, where the best of some tries counts: the machine may be busy.  In each,
 * nothing is lost and nothing doubled.
 */
START_TEST(when_the_leader_is_killed_another_takes_over_within_two_seconds)
{
	double took = 99;

	for (int tries = 0; tries < 4 && took > 2.0; tries++) {
		const char *pn = settled_item();
		pid_t second = start_second();
		double killed = seconds_now();

		kill_hub(SIGKILL);
		lock("alice", pn);
		while (strcmp(locked_events(pn), "1") != 0) {
			ck_assert_msg(seconds_now() - killed < 60, "nobody takes over");
			usleep(10000);
		}
		took = seconds_now() - killed;
		ck_assert_str_eq(
		    sql_value("select count(*) = max(number) - min(number) + 1 from silo.feed"),
		    "t");
		/* The one behind nginx comes back as a follower, and leads again after the other.
		 */
		restart_hub("");
		kill(second, SIGKILL);
		DELETE("alice", at("/api/items/%s/lock", pn));
		settle();
		ck_assert_str_eq(locked_events(pn), "1");
	}
	ck_assert_double_le(took, 2.0);
}
END_TEST

/* What the leader numbers reaches the readers of the other hub too. */
START_TEST(readers_of_a_following_hub_hear_it_as_well)
{
	const char *pn = settled_item();
	pid_t second = start_second();
	struct stream *stream;

	/* Now the second leads. */
	restart_hub("");
	stream = stream_open("vera", "/api/events?types=item.locked,item.unlocked", -1);
	stream_expect(stream, "server.state", SOON);
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	kill(second, SIGKILL);
	DELETE("alice", at("/api/items/%s/lock", pn));
	stream_expect(stream, "item.unlocked", SOON);
	stream_close(stream);
}
END_TEST

START_TEST(a_restart_of_postgres_costs_nothing)
{
	const char *pn = settled_item();
	struct stream *stream =
	    stream_open("vera", at("/api/events?part_number=%s&types=item.locked", pn), -1);

	stream_expect(stream, "server.state", SOON);
	ck_assert_int_eq(stack_run("restart-postgres"), 0);
	for (int tries = 0; tries < 400 && POST("alice", at("/api/items/%s/lock", pn), NULL) == 503;
	     tries++)
		usleep(50000);
	stream_expect(stream, "item.locked", SOON);
	stream_close(stream);
}
END_TEST

/*
 * A database restored from an older copy, or a standby that had not got the last events: the
 * numbers that were told are given again.  The streams stay open over it and must not wait for
 * numbers that have passed.
 */
START_TEST(a_database_of_the_past_resets_the_readers)
{
	const char *pn = settled_item();
	struct stream *stream = stream_open("vera", "/api/events?types=item.locked", -1);
	long last;

	stream_expect(stream, "server.state", SOON);
	for (int i = 0; i < 5; i++) {
		lock("alice", pn);
		last = stream_expect(stream, "item.locked", SOON)->id;
	}
	sql("update silo.feed_head set last = last - 3; delete from silo.feed where number > "
	    "(select last "
	    "from silo.feed_head); select pg_terminate_backend(pid) from pg_stat_activity where "
	    "application_name = 'silo-events'");
	ck_assert_int_eq(stream_expect(stream, "feed.reset", SOON)->id, last - 3);
	lock("alice", pn);
	ck_assert_int_eq(stream_expect(stream, "item.locked", SOON)->id, last - 2);
	stream_close(stream);
}
END_TEST

/* Cannot be; but if it were, a stream must not wait for ever. */
START_TEST(a_hole_in_the_feed_resets_the_readers)
{
	const char *pn = settled_item();
	struct stream *stream = stream_open("vera", "/api/events?types=item.locked", -1);

	stream_expect(stream, "server.state", SOON);
	sql("update silo.feed_head set last = last + 7");
	lock("alice", pn);
	stream_expect(stream, "feed.reset", SOON);
	stream_expect(stream, "item.locked", SOON);
	stream_close(stream);
	/* For the tests that ask whether there is one. */
	sql("delete from silo.feed where number < (select max(number) from silo.feed); update "
	    "silo.feed_head set oldest = last");
}
END_TEST

/* As configured: old events, ended sessions, uploads that died.  At the start of a leading hub. */
START_TEST(what_is_old_is_removed)
{
	double until = seconds_now() + 60;
	long last;
	struct stream *stream;

	for (int i = 0; i < 3; i++)
		settled_item();
	last = atol(sql_value("select last from silo.feed_head"));
	sql("update silo.feed set at = clock_timestamp() - interval '31 days' where number < "
	    "(select last "
	    "from silo.feed_head)");
	sql("insert into silo.sessions (session_hash, username, length, created_at, expires_at) "
	    "values "
	    "(repeat('0', 64), 'vera', '1 day', now() - interval '2 days', now() - interval '1 "
	    "day')");
	ck_assert_int_eq(stack_shell("touch -d '3 days ago' \"$SILO_VAULT/tmp/dead\" && chown "
	                             "\"$SILO_ACCOUNT\" \"$SILO_VAULT/tmp/dead\""),
	                 0);
	restart_hub("--feed-keep-days=30");
	while (
	    strcmp(sql_value("select count(*) from silo.feed"), "1") != 0 ||
	    strcmp(sql_value(
	               "select count(*) from silo.sessions where session_hash = repeat('0', 64)"),
	           "0") != 0 ||
	    stack_shell("[ ! -e \"$SILO_VAULT/tmp/dead\" ]") != 0) {
		ck_assert_msg(seconds_now() < until, "something old is still there");
		usleep(100000);
	}
	ck_assert_int_eq(atol(sql_value("select oldest from silo.feed_head")), last);
	/* This hub has read them before they were removed. */
	restart_hub("");
	stream = stream_open("vera", "/api/events", last - 2);
	ck_assert_int_eq(stream_expect(stream, "feed.reset", SOON)->id, last);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	/* The oldest that is kept follows it: nothing was missed. */
	stream = stream_open("vera", "/api/events", last - 1);
	ck_assert_int_eq(stream_expect(stream, "item.created", SOON)->id, last);
	stream_close(stream);
}
END_TEST

/* A port of this machine: one that takes connections and never answers, or one that refuses. */
static int open_dead_host(bool takes, int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	if (takes)
		ck_assert_int_eq(listen(fd, 64), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* The first of two hosts refuses (its Postgres is down), or is silent (the machine is down). */
START_TEST(a_hub_finds_the_database_at_the_second_host)
{
	char *socket = strdup(at("%s/hosts-%d.sock", stack_value("SILO_SOCKETS"), _i));
	int port, fd = open_dead_host(_i == 1, &port);
	pid_t hub = hub_start(socket,
	                      at("host=127.0.0.1,%s port=%d,5432 dbname=silo "
	                         "user=silo_hub",
	                         stack_value("SILO_SOCKETS"), port),
	                      "");
	int tries = 0;

	while (
	    strcmp(sql_value(at("select count(*) from silo.hubs where name like '%%%s'", socket)),
	           "1") != 0 &&
	    tries++ < 120)
		usleep(100000);
	kill(hub, SIGTERM);
	close(fd);
	free(socket);
	ck_assert_msg(tries < 120, "the hub does not find the second host");
}
END_TEST

TCase *crash_case(void)
{
	TCase *tests = tcase_create("crash");

	tcase_add_test(tests, a_killed_hub_costs_a_reader_nothing_but_a_reconnect);
	tcase_add_test(tests, a_stopped_hub_says_when_to_come_back);
	tcase_add_test(tests, when_the_leader_is_killed_another_takes_over_within_two_seconds);
	tcase_add_test(tests, readers_of_a_following_hub_hear_it_as_well);
	tcase_add_test(tests, a_restart_of_postgres_costs_nothing);
	tcase_add_test(tests, a_database_of_the_past_resets_the_readers);
	tcase_add_test(tests, a_hole_in_the_feed_resets_the_readers);
	tcase_add_test(tests, what_is_old_is_removed);
	tcase_add_loop_test(tests, a_hub_finds_the_database_at_the_second_host, 0, 2);
	return tests;
}
