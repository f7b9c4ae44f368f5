/*
 * Who may listen and for how long, how many, and what a reader who misbehaves costs the others.
 */
#include "config.h"
#include "hubs.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
	ck_assert(stream_ended(stream, SOON));
	ck_assert(!stream_ended(other, 100));
	ck_assert_int_eq(stream_status(stream), 200);
	stream_close(stream);
	stream_close(other);
}
END_TEST

START_TEST(a_stream_by_cookie_ends_with_its_session)
{
	const char *cookie;
	struct stream *stream, *other;

	with(at("Origin: %s", stack_value("SILO_URL")));
	POST(NULL, "/login", "{\"username\":\"bob\",\"password\":\"bob-secret-1\"}");
	expect(204, "");
	cookie = strdup(at("Cookie: %.*s", (int)strcspn(told_header("Set-Cookie"), ";"),
	                   told_header("Set-Cookie")));
	stream = stream_open(cookie, "/api/events", -1);
	other = stream_open("bob", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	stream_expect(other, "server.state", SOON);
	with(at("Origin: %s", stack_value("SILO_URL")));
	POST(cookie, "/logout", NULL);
	ck_assert(stream_ended(stream, SOON));
	ck_assert_int_eq(stream_retries(stream), 2);
	ck_assert(!stream_ended(other, 100));
	stream_close(stream);
	stream_close(other);
	GET(cookie, "/api/events");
	expect(401, "not_signed_in");
}
END_TEST

/* By token, and by the name that nginx vouches for. */
START_TEST(a_deactivated_users_streams_all_end)
{
	struct stream *streams[2];

	sql("insert into silo.users (username, role) values ('leaver', 'viewer')");
	sql("insert into silo.api_tokens (username, name, prefix, token_hash) values ('leaver', "
	    "'t', 'l', "
	    "encode(sha256('leaver'), 'hex'))");
	streams[0] = stream_open("Authorization: Bearer leaver", "/api/events", -1);
	streams[1] = stream_open("X-Test-Gateway: leaver", "/api/events", -1);
	for (int i = 0; i < 2; i++)
		stream_expect(streams[i], "server.state", SOON);
	sql("update silo.users set active = false where username = 'leaver'");
	for (int i = 0; i < 2; i++) {
		ck_assert(stream_ended(streams[i], SOON));
		ck_assert_int_eq(stream_status(streams[i]), 200);
		stream_close(streams[i]);
	}
	GET("X-Test-Gateway: leaver", "/api/events");
	expect(401, "not_signed_in");
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
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

/*
 * Opened in small groups, each answered before the next: a hub that valgrind slows down on a busy
 * machine cannot take all of them at one moment, and nginx would answer in its place.
 */
static void open_crowd(int *streams, int count, int each)
{
	enum { GROUP = 50 };
	char bytes[13] = "";

	for (int i = 0; i < count; i++) {
		streams[i] = open_crowd_stream(i / each);
		if (i % GROUP != GROUP - 1 && i != count - 1)
			continue;
		ck_assert_int_eq(read(streams[i], bytes, 12), 12);
		ck_assert_str_eq(bytes, "HTTP/1.1 200");
	}
}

/* More streams than are asked about at once, and the one in question the last in line. */
START_TEST(a_revoked_token_ends_its_stream_beside_many_others)
{
	enum { OTHERS = 1500, EACH = 15 };
	static int others[OTHERS];
	struct rlimit limit;
	struct stream *stream;

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
	open_crowd(others, OTHERS, EACH);
	sql("delete from silo.api_tokens where username = 'crowd100'");
	ck_assert(stream_ended(stream, SOON));
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

/* With heartbeats an hour apart nothing is written to a stream: only its end can be noticed. */
START_TEST(a_reader_who_leaves_is_noticed_at_once)
{
	struct stream *streams[20], *again = NULL;
	double until;

	restart_hub("--heartbeat-seconds=3600");
	for (int i = 0; i < 20; i++) {
		streams[i] = stream_open("ada", "/api/events", -1);
		stream_expect(streams[i], "server.state", SOON);
	}
	for (int i = 0; i < 20; i++)
		stream_close(streams[i]);
	until = seconds_now() + 20;
	for (int i = 0; i < 20; i++) {
		for (;;) {
			again = stream_open("ada", "/api/events", -1);
			if (stream_next(again, 1000))
				break;
			stream_close(again);
			ck_assert_msg(seconds_now() < until, "the hub still counts those who left");
		}
		streams[i] = again;
	}
	for (int i = 0; i < 20; i++)
		stream_close(streams[i]);
	restart_hub("");
}
END_TEST

START_TEST(streams_in_all_are_limited_and_told_when_to_come_back)
{
	struct stream *streams[4];
	bool waits_differ = false, retries_differ = false;
	const char *first = NULL;

	restart_hub("--streams-maximum=4");
	for (int i = 0; i < 4; i++) {
		streams[i] = stream_open("vera", "/api/events", -1);
		stream_expect(streams[i], "server.state", SOON);
		ck_assert_int_ge(stream_retry(streams[i]), 1000);
		ck_assert_int_lt(stream_retry(streams[i]), 5000);
		retries_differ |= stream_retry(streams[i]) != stream_retry(streams[0]);
	}
	for (int i = 0; i < 40; i++) {
		GET("vera", "/api/events");
		expect(503, "too_many_streams_in_all");
		ck_assert_int_ge(atoi(told_header("Retry-After")), 1);
		if (!first)
			first = strdup(told_header("Retry-After"));
		waits_differ |= strcmp(first, told_header("Retry-After")) != 0;
	}
	ck_assert(retries_differ);
	ck_assert(waits_differ);
	for (int i = 0; i < 4; i++)
		stream_close(streams[i]);
	restart_hub("");
}
END_TEST

/* ---- misbehaving ------------------------------------------------------------------------------
 */

/* A connection with a small window that asks for the stream and then reads nothing. */
static int open_deaf(long from)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                              .sin_port = htons((uint16_t)atol(stack_value("SILO_PORT")))};
	const char *text = at("GET /api/events?types=item.updated HTTP/1.0\r\nHost: localhost\r\n"
	                      "Last-Event-ID: %ld\r\nAuthorization: Bearer %s\r\n\r\n",
	                      from, stack_value("TOKEN_BOB"));
	int fd = socket(AF_INET, SOCK_STREAM, 0), room = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

/* All that still comes of the stream to its end; the number of the last whole event in it. */
static long read_to_end(int fd)
{
	static char bytes[1 << 26];
	size_t length = 0;
	ssize_t got;
	long last = 0;
	char *end;

	while ((got = read(fd, bytes + length, sizeof bytes - 1 - length)) > 0)
		length += (size_t)got;
	bytes[length] = '\0';
	for (char *at_ = strstr(bytes, "\r\n\r\n"); at_ && (end = strstr(at_, "\n\n"));
	     at_ = end + 2) {
		char *id = strstr(at_, "id: ");

		if (id && id < end)
			last = strtol(id + 4, NULL, 10);
	}
	return last;
}

static long drops(void)
{
	return atol(sql_value("select coalesce(sum((figures ->> 'dropped_total')::bigint), 0) from "
	                      "silo.hubs where seen_at > clock_timestamp() - interval '8 s'"));
}

START_TEST(a_reader_who_does_not_read_is_dropped_counted_and_resumes)
{
	enum { EVENTS = 600 };
	const char *pn = settled_item();
	struct stream *other;
	double until = seconds_now() + 60;
	long from = atol(sql_value("select last from silo.feed_head")), last;
	int deaf, count = 0;

	restart_hub("--stream-stall-seconds=2");
	deaf = open_deaf(from);
	other = stream_open("vera", "/api/events?types=item.updated,item.locked", from);
	/* More than the sockets on the way take in. */
	sql(at("select silo.tell('item.updated', null, 'deaf', '{}', json_build_object('text', "
	       "repeat('x', 30000))) from generate_series(1, %d)",
	       EVENTS));
	while (count < EVENTS) {
		const struct told_event *event = stream_next(other, SOON);

		ck_assert_msg(event != NULL, "the others wait for one who does not read");
		count += strcmp(event->type, "item.updated") == 0;
	}
	lock("alice", pn);
	stream_expect(other, "item.locked", SOON);
	stream_close(other);
	while (drops() == 0) {
		ck_assert_msg(seconds_now() < until, "not dropped, or not counted");
		usleep(200000);
	}
	ck_assert_int_eq(
	    stack_shell("grep -q 'event=stream_dropped .*user=bob reason=\"does not read\"' "
	                "\"$SILO_DIR/log/hub.log\""),
	    0);
	/* What it was sent and did not read is still on its way; then it resumes, and misses
	 * nothing. */
	last = read_to_end(deaf);
	close(deaf);
	ck_assert_int_lt(last, atol(sql_value("select last from silo.feed_head")));
	other = stream_open("bob", "/api/events?types=item.updated", last ? last : from);
	count = atoi(sql_value(at("select count(*) from silo.feed where number > %ld and type = "
	                          "'item.updated'",
	                          last ? last : from)));
	ck_assert_int_gt(count, 0);
	while (count-- > 0)
		stream_expect(other, "item.updated", SOON);
	stream_expect(other, "server.state", SOON);
	stream_close(other);
	restart_hub("");
}
END_TEST

/* A connection to the hub itself, as nginx makes it. */
static int open_raw(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s",
	         stack_value("SILO_EVENTS_SOCKET"));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

START_TEST(a_request_half_sent_to_the_hub_stops_nobody)
{
	static const unsigned char begin[] = {1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0,  0,
	                                      0, 0, 0, 1, 4, 0, 1, 1, 0, 0, 0, 'x'};
	int sockets[8];
	struct stream *stream;

	for (int i = 0; i < 8; i++) {
		sockets[i] = open_raw();
		ck_assert_int_gt(write(sockets[i], begin, (size_t)(i * 3 + 1)), 0);
	}
	stream = stream_open("vera", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	for (int i = 0; i < 8; i++)
		close(sockets[i]);
}
END_TEST

/*
 * libfcgi closes what it cannot parse, and waits up to two seconds for the other side to close too,
 * unless told otherwise.  Twenty of them, held open, would stop the loop for 40 s.
 */
START_TEST(a_request_that_libfcgi_refuses_stops_nobody)
{
	static const unsigned char bad[] = {
	    1, 1, 0, 1, 0, 8, 0, 0, 0,    1,   0,   0, 0, 0, 0, 0,          /* begin */
	    1, 4, 0, 1, 0, 3, 0, 0, 0x7f, 'x', 'x', 1, 4, 0, 1, 0, 0, 0, 0, /* a name cut off */
	};
	int sockets[20];
	struct stream *stream;

	for (int i = 0; i < 20; i++) {
		sockets[i] = open_raw();
		ck_assert_int_eq(write(sockets[i], bad, sizeof bad), sizeof bad);
	}
	stream = stream_open("vera", "/api/events", -1);
	stream_expect(stream, "server.state", SOON);
	stream_close(stream);
	for (int i = 0; i < 20; i++)
		close(sockets[i]);
}
END_TEST

TCase *readers_case(void)
{
	TCase *tests = tcase_create("readers");

	tcase_add_test(tests, a_revoked_token_ends_its_stream_within_one_heartbeat);
	tcase_add_test(tests, a_stream_by_cookie_ends_with_its_session);
	tcase_add_test(tests, a_deactivated_users_streams_all_end);
	tcase_add_test(tests, a_revoked_token_ends_its_stream_beside_many_others);
	tcase_add_test(tests, a_user_has_a_limited_number_of_streams);
	tcase_add_test(tests, a_reader_who_leaves_is_noticed_at_once);
	tcase_add_test(tests, streams_in_all_are_limited_and_told_when_to_come_back);
	tcase_add_test(tests, a_reader_who_does_not_read_is_dropped_counted_and_resumes);
	tcase_add_test(tests, a_request_half_sent_to_the_hub_stops_nobody);
	tcase_add_test(tests, a_request_that_libfcgi_refuses_stops_nobody);
	return tests;
}
