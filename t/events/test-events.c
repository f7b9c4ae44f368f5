/*
 * Live events through the real nginx, hub and Postgres: what is told, to whom, in which order, and
 * what outlives a crash.
 */
#include "config.h"
#include "../http/client.h"
#include "stream.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SOON = 3000 };

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- hubs --------------------------------------------------------------------------------------
 */

static pid_t hub_pid;

/* Until all that has committed has been read by the hub: a stream opened then tells only what
 * follows. */
static void settle(void)
{
	for (int tries = 0;
	     tries < 200 && strcmp(sql_value("select count(*) from silo.outbox"), "0") != 0;
	     tries++)
		usleep(10000);
	usleep(50000);
}

/* Starts a hub on a socket of the stack's folder, as the stack's account. */
static pid_t hub_start_at(const char *socket, const char *database)
{
	char line[64] = "";
	const char *become = "";
	FILE *out;

	/* Only root can become the account; anybody else's stack is their own already. */
	if (geteuid() == 0)
		become = at("setpriv --reuid=%s --regid=$(id -gn %s) --clear-groups",
		            stack_value("SILO_ACCOUNT"), stack_value("SILO_ACCOUNT"));
	out =
	    popen(at("cd / && unlink %s 2>/dev/null; SILO_DATABASE='%s' setsid %s '%s/silo-events' "
	             "--config '%s' "
	             "--events-listen=%s >>'%s/log/hub.log' 2>&1 & echo $!",
	             socket, database, become, stack_value("SILO_PROGRAMS"),
	             stack_value("SILO_CONFIG_FILE"), socket, stack_value("SILO_DIR")),
	          "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof line, out));
	pclose(out);
	return (pid_t)atol(line);
}

static pid_t hub_start(const char *socket)
{
	return hub_start_at(socket, stack_value("SILO_HUB_DATABASE"));
}

static void until_streams_open(void)
{
	for (int tries = 0; tries < 100; tries++) {
		struct stream *stream = stream_open("vera", "/api/events", -1);
		const struct told_event *event = stream_next(stream, 300);

		stream_close(stream);
		if (event)
			return;
		usleep(50000);
	}
	ck_abort_msg("the hub does not come up");
}

static const char *settled_item(void)
{
	const char *pn = new_item();

	settle();
	return pn;
}

static void kill_hub(int signal_number)
{
	pid_t pid = hub_pid ? hub_pid : (pid_t)atol(stack_value("SILO_EVENTS_PID"));

	kill(pid, signal_number);
}

static void restart_hub(void)
{
	hub_pid = hub_start(stack_value("SILO_EVENTS_SOCKET"));
	until_streams_open();
	settle();
}

/* ---- what is told -------------------------------------------------------------------------------
 */

START_TEST(every_change_is_told_with_its_fields)
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
	event = stream_expect(stream, "item.unlocked", 2000);
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

START_TEST(a_lease_ends_within_a_second_of_its_end)
{
	const char *pn = settled_item();
	struct stream *stream = stream_open("vera", at("/api/events?part_number=%s", pn), -1);
	double before;

	stream_expect(stream, "server.state", SOON);
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	sql(at("update silo.locks set expires_at = clock_timestamp() + interval '1.2 s' where "
	       "item_id = "
	       "(select id from silo.items where part_number = '%s')",
	       pn));
	before = seconds_now();
	stream_expect(stream, "lock.expiring", SOON);
	stream_expect(stream, "item.unlocked", SOON);
	ck_assert_double_gt(seconds_now() - before, 1.0);
	ck_assert_double_lt(seconds_now() - before, 2.2);
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
	sql(at("update silo.locks set expires_at = clock_timestamp() + interval '10 min' where "
	       "item_id = "
	       "(select id from silo.items where part_number = '%s')",
	       pn));
	ck_assert_str_eq(data_of(stream_expect(stream, "lock.expiring", SOON), "locked_by"),
	                 "alice");
	stream_expect(stream, "heartbeat", 5000);
	stream_expect(stream, "heartbeat", 5000);
	lock("alice", pn);
	sql(at("update silo.locks set expires_at = clock_timestamp() + interval '11 min' where "
	       "item_id = "
	       "(select id from silo.items where part_number = '%s')",
	       pn));
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

START_TEST(a_number_that_is_not_kept_resets_the_reader)
{
	struct stream *stream;
	long last = atol(sql_value("select last from silo.feed_head"));

	stream = stream_open("vera", "/api/events", last + 1000000);
	ck_assert_int_ge(stream_expect(stream, "feed.reset", SOON)->id, last);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
}
END_TEST

/* ---- who may listen
 * ------------------------------------------------------------------------------ */

START_TEST(a_revoked_token_ends_its_stream_within_one_heartbeat)
{
	const char *token, *id;
	struct stream *stream, *other;

	POST("bob", "/api/auth/tokens", "{\"name\":\"short\"}");
	token = strdup(at("Authorization: Bearer %s", told("token")));
	id = strdup(told("id"));
	stream = stream_open(token, "/api/events", -1);
	other = stream_open("bob", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	stream_expect(other, "server.state", SOON);
	DELETE("bob", at("/api/auth/tokens/%s", id));
	ck_assert(stream_ended(stream, 3500));
	ck_assert(!stream_ended(other, 100));
	ck_assert_int_eq(stream_status(stream), 200);
	stream_close(stream);
	stream_close(other);
}
END_TEST

/* A stream of one of the users that the test below makes; its token is its name. */
static int open_crowd_stream(int user)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                              .sin_port = htons((uint16_t)atol(stack_value("SILO_PORT")))};
	const char *text = at("GET /api/events?types=item.deleted HTTP/1.1\r\nHost: localhost\r\n"
	                      "Authorization: Bearer crowd%d\r\n\r\n",
	                      user);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

/* More streams than are asked about at once, and the one in question the last in line. */
START_TEST(a_revoked_token_ends_its_stream_beside_many_others)
{
	enum { OTHERS = 1500, EACH = 15 };
	static int others[OTHERS];
	struct rlimit limit;
	struct stream *stream;
	char bytes[16];

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	sql("insert into silo.users (username, role) select 'crowd' || n, 'viewer' from "
	    "generate_series(0, 100) n");
	sql("insert into silo.api_tokens (username, name, prefix, token_hash) select username, "
	    "'c', "
	    "'c', encode(sha256(convert_to(username, 'UTF8')), 'hex') from silo.users where "
	    "username like 'crowd%'");
	stream = stream_open("Authorization: Bearer crowd100", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	for (int i = 0; i < OTHERS; i++)
		others[i] = open_crowd_stream(i / EACH);
	ck_assert_int_eq(read(others[OTHERS - 1], bytes, 12), 12);
	ck_assert_int_eq(memcmp(bytes, "HTTP/1.1 200", 12), 0);
	sql("delete from silo.api_tokens where username = 'crowd100'");
	ck_assert(stream_ended(stream, 4000));
	for (int i = 0; i < OTHERS; i++)
		close(others[i]);
	stream_close(stream);
	sql("delete from silo.api_tokens where username like 'crowd%'");
	sql("delete from silo.users where username like 'crowd%'");
}
END_TEST

START_TEST(a_user_has_a_limited_number_of_streams)
{
	struct stream *streams[21];

	for (int i = 0; i < 20; i++) {
		streams[i] = stream_open("ada", "/api/events", -1);
		stream_expect(streams[i], "server.state", SOON);
	}
	GET("ada", "/api/events");
	expect(429, "too_many_streams");
	ck_assert_str_ne(told_header("Retry-After"), "");
	for (int i = 0; i < 20; i++)
		stream_close(streams[i]);
}
END_TEST

/* ---- crashes
 * ------------------------------------------------------------------------------------- */

START_TEST(a_killed_hub_costs_a_reader_nothing_but_a_reconnect)
{
	const char *pn = settled_item();
	struct stream *stream;
	long last;

	until_streams_open();
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
	restart_hub();
	/* The hub ends the lease when it leads again; the stream is to find that in the feed. */
	for (int tries = 0; tries < 200; tries++) {
		if (strcmp(sql_value(at("select count(*) from silo.locks l join silo.items i on "
		                        "i.id = l.item_id where part_number = '%s'",
		                        pn)),
		           "0") == 0)
			break;
		usleep(10000);
	}
	settle();
	stream = stream_open("vera", at("/api/events?part_number=%s", pn), last);
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "released");
	stream_expect(stream, "item.locked", SOON);
	ck_assert_str_eq(data_of(stream_expect(stream, "item.unlocked", SOON), "reason"),
	                 "expired");
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
}
END_TEST

START_TEST(a_stopped_hub_says_when_to_come_back)
{
	struct stream *stream = stream_open("vera", "/api/events", -1);

	stream_expect(stream, "server.state", SOON);
	kill_hub(SIGTERM);
	ck_assert(stream_ended(stream, SOON));
	ck_assert(stream_has_retry(stream));
	stream_close(stream);
	restart_hub();
}
END_TEST

START_TEST(when_the_leader_is_killed_another_takes_over_within_two_seconds)
{
	const char *pn = settled_item();
	pid_t second = hub_start(at("%s/second.sock", stack_value("SILO_SOCKETS")));
	double killed;
	long before = -1;

	sleep(2);
	kill_hub(SIGKILL);
	killed = seconds_now();
	lock("alice", pn);
	while (before != 0) {
		before = atol(sql_value("select count(*) from silo.outbox"));
		ck_assert_double_lt(seconds_now() - killed, 2.5);
		usleep(20000);
	}
	ck_assert_str_eq(
	    sql_value(at(
	        "select count(*) from silo.feed where part_number = '%s' and type = 'item.locked'",
	        pn)),
	    "1");
	ck_assert_str_eq(
	    sql_value("select count(*) = max(number) - min(number) + 1 from silo.feed"), "t");
	restart_hub();
	kill(second, SIGKILL);
	sleep(2);
	DELETE("alice", at("/api/items/%s/lock", pn));
	sleep(1);
	ck_assert_str_eq(sql_value("select count(*) from silo.outbox"), "0");
}
END_TEST

START_TEST(a_restart_of_postgres_costs_nothing)
{
	const char *pn = settled_item();
	struct stream *stream =
	    stream_open("vera", at("/api/events?part_number=%s&types=item.locked", pn), -1);

	stream_expect(stream, "server.state", SOON);
	ck_assert_int_eq(stack_run("restart-postgres"), 0);
	for (int tries = 0; tries < 100 && POST("alice", at("/api/items/%s/lock", pn), NULL) == 503;
	     tries++)
		usleep(50000);
	stream_expect(stream, "item.locked", 8000);
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
	pid_t hub = hub_start_at(socket, at("host=127.0.0.1,%s port=%d,5432 dbname=silo "
	                                    "user=silo_hub",
	                                    stack_value("SILO_SOCKETS"), port));
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

START_TEST(a_request_half_sent_to_the_hub_stops_nobody)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int sockets[8];
	struct stream *stream;

	snprintf(address.sun_path, sizeof address.sun_path, "%s",
	         stack_value("SILO_EVENTS_SOCKET"));
	for (int i = 0; i < 8; i++) {
		static const unsigned char begin[] = {1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0,  0,
		                                      0, 0, 0, 1, 4, 0, 1, 1, 0, 0, 0, 'x'};

		sockets[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		ck_assert_int_eq(connect(sockets[i], (struct sockaddr *)&address, sizeof address),
		                 0);
		ck_assert_int_gt(write(sockets[i], begin, (size_t)(i * 3 + 1)), 0);
	}
	stream = stream_open("vera", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	for (int i = 0; i < 8; i++)
		close(sockets[i]);
}
END_TEST

/* ---- the order
 * ------------------------------------------------------------------------------------ */

enum { WRITERS = 32, READERS = 12, WRITER_SECONDS = 12 };

static volatile bool writing, reading;

/* Commits and rolls back at random, with pauses between the insert and the commit. */
static void *write_at_random(void *context)
{
	unsigned seed = (unsigned)(size_t)context;
	PGconn *database = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	int number = 0;

	while (writing) {
		char statement[256];

		PQclear(PQexec(database, "begin"));
		for (int rows = 1 + rand_r(&seed) % 3; rows > 0; rows--) {
			snprintf(statement, sizeof statement,
			         "select silo.tell('item.updated', null, 'writer-%u', '{}', "
			         "'{\"n\":%d}'::json)",
			         (unsigned)(size_t)context, ++number);
			PQclear(PQexec(database, statement));
			if (rand_r(&seed) % 4 == 0)
				usleep((unsigned)rand_r(&seed) % 60000);
		}
		if (rand_r(&seed) % 100 == 0)
			usleep(1500000);
		PQclear(PQexec(database, rand_r(&seed) % 4 ? "commit" : "rollback"));
		if (rand_r(&seed) % 5 == 0)
			PQclear(PQexec(database, "notify silo_outbox"));
	}
	PQfinish(database);
	return NULL;
}

struct reader {
	long from, *seen;
	int count;
};

/* Connects, reads a while, drops, resumes; keeps the numbers it was told. */
static void *read_at_random(void *context)
{
	struct reader *reader = context;
	unsigned seed = (unsigned)(size_t)context;
	long last = reader->from;
	bool finished = false;

	while (!finished) {
		struct stream *stream = stream_open("vera", "/api/events?types=item.updated", last);
		const struct told_event *event;
		double until = seconds_now() + (double)(rand_r(&seed) % 1500) / 1000.0;
		bool last_round = !reading;

		while ((event = stream_next(stream, last_round ? 3000 : 50)) ||
		       (!last_round && seconds_now() < until)) {
			if (event && strcmp(event->type, "item.updated") == 0) {
				reader->seen[reader->count++] = event->id;
				last = event->id;
			}
			if (!last_round && seconds_now() >= until)
				break;
			if (last_round && event && strcmp(event->type, "heartbeat") == 0)
				break;
		}
		finished = last_round;
		stream_close(stream);
	}
	return NULL;
}

START_TEST(readers_who_come_and_go_see_the_feed_whole_and_in_order)
{
	pthread_t writers[WRITERS], threads[READERS];
	struct reader readers[READERS];
	PGconn *database;
	PGresult *feed;
	long from = atol(sql_value("select last from silo.feed_head"));

	writing = reading = true;
	for (size_t i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, write_at_random, (void *)(i + 1));
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){from, calloc(1000000, sizeof(long)), 0};
		pthread_create(&threads[i], NULL, read_at_random, &readers[i]);
	}
	sleep(WRITER_SECONDS);
	writing = false;
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	/* Only now is the feed what the readers must have seen in the end. */
	settle();
	reading = false;
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	database = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	feed = PQexec(database, at("select number from silo.feed where number > %ld and type = "
	                           "'item.updated' order by number",
	                           from));
	ck_assert_int_gt(PQntuples(feed), 500);
	for (int i = 0; i < READERS; i++) {
		ck_assert_msg(readers[i].count == PQntuples(feed), "reader %d saw %d of %d", i,
		              readers[i].count, PQntuples(feed));
		for (int row = 0; row < PQntuples(feed); row++)
			ck_assert_int_eq(readers[i].seen[row], atol(PQgetvalue(feed, row, 0)));
	}
	/* Each writer's rows, in the order it wrote them, and no row of a rolled back transaction.
	 */
	ck_assert_str_eq(
	    sql_value(at("select count(*) from (select (data::json ->> 'n')::int n, "
	                 "lag((data::json ->> 'n')::int) over "
	                 "(partition by part_number order by number) before from silo.feed "
	                 "where number > %ld and type = 'item.updated') f where n <= before",
	                 from)),
	    "0");
	ck_assert_str_eq(
	    sql_value("select count(*) = max(number) - min(number) + 1 from silo.feed"), "t");
	ck_assert_str_eq(sql_value("select count(*) from silo.outbox"), "0");
	PQclear(feed);
	PQfinish(database);
}
END_TEST

START_TEST(a_long_transaction_of_another_stalls_nobody)
{
	PGconn *database = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	struct stream *stream = stream_open("vera", "/api/events?types=item.locked", -1);
	const char *pn = settled_item();

	stream_expect(stream, "server.state", SOON);
	PQclear(PQexec(database, "begin isolation level repeatable read"));
	PQclear(
	    PQexec(database, "select silo.tell('item.updated', null, 'long', '{}', '{}'::json)"));
	lock("alice", pn);
	stream_expect(stream, "item.locked", 1500);
	PQclear(PQexec(database, "commit"));
	PQfinish(database);
	stream_close(stream);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("events");
	TCase *tests = tcase_create("events");
	SRunner *runner;
	int failed = 1;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, every_change_is_told_with_its_fields);
	tcase_add_test(tests, a_lease_ends_within_a_second_of_its_end);
	tcase_add_test(tests, a_lease_is_warned_once_and_again_after_a_renewal);
	tcase_add_test(tests, filters_show_what_was_asked_for);
	tcase_add_test(tests, a_reader_resumes_exactly_where_it_was);
	tcase_add_test(tests, a_number_that_is_not_kept_resets_the_reader);
	tcase_add_test(tests, a_revoked_token_ends_its_stream_within_one_heartbeat);
	tcase_add_test(tests, a_revoked_token_ends_its_stream_beside_many_others);
	tcase_add_test(tests, a_user_has_a_limited_number_of_streams);
	tcase_add_loop_test(tests, a_hub_finds_the_database_at_the_second_host, 0, 2);
	tcase_add_test(tests, a_request_half_sent_to_the_hub_stops_nobody);
	tcase_add_test(tests, a_long_transaction_of_another_stalls_nobody);
	tcase_add_test(tests, readers_who_come_and_go_see_the_feed_whole_and_in_order);
	tcase_add_test(tests, a_restart_of_postgres_costs_nothing);
	tcase_add_test(tests, a_killed_hub_costs_a_reader_nothing_but_a_reconnect);
	tcase_add_test(tests, when_the_leader_is_killed_another_takes_over_within_two_seconds);
	tcase_add_test(tests, a_stopped_hub_says_when_to_come_back);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	/* The hub is started anew by some tests: what one test knows of it the next must know too.
	 */
	srunner_set_fork_status(runner, CK_NOFORK);
	if (stack_open("--workers 4 'heartbeat_seconds = 2'") == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
		if (hub_pid)
			kill(hub_pid, SIGTERM);
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
