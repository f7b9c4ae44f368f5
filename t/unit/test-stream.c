/*
 * One stream of silo-events by itself, over a socket that takes little at a time, with a database
 * that answers when the test says so.
 */
#include "config.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "events/feed.h"
#include "events/link.h"
#include "events/metrics.h"
#include "events/pages.h"
#include "events/streams/sign_in.h"
#include "run.h"

/* ---- the database -----------------------------------------------------------------------------
 */

static struct {
	link_answer *answer;
	void *whom;
	const char *statement;
} asked;

void *link_ask(struct link *link, const char *statement, int count, const char *const *values,
               link_answer *answer, void *whom)
{
	(void)link, (void)count, (void)values;
	asked.answer = answer;
	asked.whom = whom;
	asked.statement = statement;
	return &asked;
}

void link_forget(void *ticket)
{
	if (ticket)
		asked.whom = NULL;
}

bool link_is_up(const struct link *link)
{
	(void)link;
	return true;
}

/* What is not in memory is gone. */
struct event *pages_find(struct pages *pages, int64_t number)
{
	(void)pages, (void)number;
	return NULL;
}

enum page_state pages_want(struct hub *hub, int64_t number)
{
	(void)hub, (void)number;
	return PAGE_GONE;
}

/* ---- the hub ----------------------------------------------------------------------------------
 */

static struct settings settings = {.heartbeat_seconds = 30,
                                   .streams_per_user = 2,
                                   .streams_maximum = 100,
                                   .stream_stall_seconds = 20};
static struct hub hub;
static int ends[2]; /* the hub's, the client's */
static char text[1 << 20];
static size_t length, have; /* of text; of the record that has not all come */

static void set_up(void)
{
	hub = (struct hub){.settings = &settings, .now_ms = 1, .mode = "normal"};
	hub.epoll = epoll_create1(EPOLL_CLOEXEC);
	hub.feed = feed_new();
	hub.feed->ready = true;
	hub.metrics = metrics_new();
	asked.answer = NULL;
	length = have = 0;
}

static void tear_down(void)
{
	while (hub.first)
		subscriber_drop(hub.first, NULL);
	subscribers_sweep(&hub);
	ck_assert_ptr_null(hub.ended);
	feed_free(hub.feed);
	metrics_free(hub.metrics);
	close(hub.epoll);
}

/* Event number `number`, some `size` bytes long. */
static void tell(int64_t number, int size)
{
	struct event *event = calloc(1, sizeof *event);
	char *data;
	int bytes =
	    asprintf(&data, "id: %lld\nevent: x\ndata: %0*d\n\n", (long long)number, size, 0);

	ck_assert(event && bytes > 0);
	event->number = number;
	event->type = strdup(number % 2 ? "item.locked" : "item.unlocked");
	event->people = calloc(1, sizeof *event->people);
	event->chunk = chunk_text(data, (size_t)bytes);
	free(data);
	feed_add(hub.feed, event);
}

/* A stream that has come, with a socket of that many bytes. */
static struct subscriber *come(int room, int64_t last_event_id)
{
	struct subscriber *subscriber;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	subscriber = subscriber_new(&hub, ends[0], strdup("token"), strdup("x"), strdup("1"),
	                            (struct filter){0}, last_event_id, false);
	ck_assert_ptr_nonnull(subscriber);
	subscriber_sign_in(subscriber);
	return subscriber;
}

/* The database answers with one row. */
static void answer_with(int columns, const char *const *values)
{
	PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc names[2] = {{.name = "a"}, {.name = "b"}};
	void *whom = asked.whom;

	PQsetResultAttrs(rows, columns, names);
	for (int i = 0; i < columns; i++)
		PQsetvalue(rows, 0, i, (char *)(uintptr_t)values[i], (int)strlen(values[i]));
	asked.whom = NULL;
	asked.answer(&hub, whom, rows);
	PQclear(rows);
}

static struct subscriber *signed_in(int room, int64_t last_event_id)
{
	struct subscriber *subscriber = come(room, last_event_id);

	answer_with(1, (const char *const[]){"vera"});
	return subscriber;
}

/* The client reads what has come; the content of its FastCGI records is in `text`. */
static void client_reads(void)
{
	static unsigned char bytes[1 << 20];
	size_t at = 0;
	ssize_t got;

	while ((got = read(ends[1], bytes + have, sizeof bytes - have)) > 0)
		have += (size_t)got;
	while (have - at >= 8) {
		size_t content = (size_t)bytes[at + 4] << 8 | bytes[at + 5];

		if (have - at < 8 + content + bytes[at + 6])
			break;
		if (bytes[at + 1] == 6) { /* STDOUT */
			ck_assert_uint_lt(length + content, sizeof text);
			memcpy(text + length, bytes + at + 8, content);
			length += content;
		}
		at += 8 + content + bytes[at + 6];
	}
	memmove(bytes, bytes + at, have - at);
	have -= at;
	text[length] = '\0';
}

/* Until the hub has no more; true when it had to wait for the client. */
static bool read_all(struct subscriber *subscriber)
{
	int waits = 0;

	while (subscriber->stage != STAGE_ENDED && subscriber->stuck_since_ms) {
		ck_assert_int_lt(waits++, 100000);
		client_reads();
		subscriber->watch.ready(&subscriber->watch, EPOLLOUT);
	}
	client_reads();
	return waits > 0;
}

/* ---- tests ------------------------------------------------------------------------------------
 */

START_TEST(a_reader_of_few_bytes_gets_everything_in_order)
{
	struct subscriber *subscriber;
	const char *at;
	bool had_to_wait;

	for (int64_t number = 1; number <= 100; number++)
		tell(number, 50 + 97 * (int)number);
	subscriber = signed_in(1, 0);
	had_to_wait = read_all(subscriber);
	ck_assert(had_to_wait);
	ck_assert_int_eq(subscriber->delivery.position, 100);
	at = strstr(text, "retry: ");
	ck_assert_ptr_nonnull(at);
	for (int number = 1; number <= 100; number++) {
		char begin[64];

		snprintf(begin, sizeof begin, "id: %d\nevent: x\ndata: ", number);
		at = strstr(at, begin);
		ck_assert_msg(at != NULL, "no event %d, or out of order", number);
		at += strlen(begin);
		ck_assert_uint_eq(strspn(at, "0"), 50 + 97 * (size_t)number);
		ck_assert_msg(strstr(at, begin) == NULL, "event %d twice", number);
	}
	ck_assert_ptr_nonnull(
	    strstr(at, "id: 100\nevent: server.state\ndata: {\"mode\":\"normal\"}"));
}
END_TEST

START_TEST(a_reader_who_reads_nothing_is_dropped_after_the_stall)
{
	struct subscriber *subscriber;

	for (int64_t number = 1; number <= 100; number++)
		tell(number, 5000);
	subscriber = signed_in(1, 0);
	ck_assert_int_ne(subscriber->stuck_since_ms, 0);
	hub.now_ms += 20000;
	subscriber_tick(subscriber);
	ck_assert_int_eq(subscriber->stage, STAGE_OPEN);
	hub.now_ms += 1;
	subscriber_tick(subscriber);
	ck_assert_int_eq(subscriber->stage, STAGE_ENDED);
	close(ends[1]);
}
END_TEST

/* Fills the socket with bytes that are no stream's; how many. */
static ssize_t fill(void)
{
	const char block[4096] = {0};
	ssize_t filled = 0, one;

	while ((one = write(ends[0], block, sizeof block)) > 0)
		filled += one;
	return filled;
}

/* Takes them out again. */
static void drain(ssize_t filled)
{
	char block[4096];
	ssize_t one = 1;

	while (filled > 0 && one > 0) {
		one = read(ends[1], block,
		           (size_t)filled < sizeof block ? (size_t)filled : sizeof block);
		filled -= one;
	}
	ck_assert_int_eq(filled, 0);
}

START_TEST(an_event_that_was_not_begun_comes_later)
{
	struct subscriber *subscriber = signed_in(1, -1);
	ssize_t filled;

	read_all(subscriber);
	filled = fill();
	tell(1, 10);
	subscribers_pump(&hub);
	ck_assert_int_ne(subscriber->stuck_since_ms, 0);
	ck_assert_int_eq(subscriber->delivery.position, 0);
	drain(filled);
	subscriber->watch.ready(&subscriber->watch, EPOLLOUT);
	read_all(subscriber);
	ck_assert_int_eq(subscriber->delivery.position, 1);
	ck_assert_ptr_nonnull(strstr(text, "id: 1\nevent: x\n"));
	close(ends[1]);
}
END_TEST

/* The socket takes nothing, so the refusal is still on its way when the database answers. */
START_TEST(an_answer_that_comes_after_the_end_opens_nothing)
{
	struct subscriber *subscriber = come(1, -1);
	ssize_t filled = fill();

	subscriber_finish(subscriber);
	ck_assert_int_eq(subscriber->stage, STAGE_LAST);
	answer_with(1, (const char *const[]){"vera"});
	ck_assert_int_eq(subscriber->stage, STAGE_LAST);
	drain(filled);
	subscriber->watch.ready(&subscriber->watch, EPOLLOUT);
	read_all(subscriber);
	ck_assert_int_eq(subscriber->stage, STAGE_ENDED);
	ck_assert_ptr_nonnull(strstr(text, "Status: 503"));
	ck_assert_ptr_null(strstr(text, "Status: 200"));
	close(ends[1]);
}
END_TEST

START_TEST(a_number_that_is_gone_resets_the_reader)
{
	struct subscriber *subscriber;

	feed_restart(hub.feed, 10);
	tell(11, 1);
	subscriber = signed_in(100000, 3);
	ck_assert_int_eq(subscriber->stage, STAGE_PLACING);
	ck_assert_ptr_nonnull(strstr(asked.statement, "feed_bounds"));
	answer_with(2, (const char *const[]){"8", "11"});
	ck_assert_int_eq(subscriber->stage, STAGE_OPEN);
	read_all(subscriber);
	ck_assert_ptr_nonnull(strstr(text, "id: 11\nevent: feed.reset"));
	/* Kept when it was asked for, gone when it was read: the same. */
	subscriber->delivery.position = 5;
	tell(12, 1);
	subscribers_pump(&hub);
	ck_assert_int_eq(subscriber->stage, STAGE_LOST);
	answer_with(2, (const char *const[]){"1", "12"});
	read_all(subscriber);
	ck_assert_ptr_nonnull(strstr(text, "id: 12\nevent: feed.reset"));
	close(ends[1]);
}
END_TEST

START_TEST(streams_of_a_user_are_limited_but_not_those_that_end)
{
	struct subscriber *first = signed_in(100000, -1), *second = signed_in(100000, -1), *third;

	ck_assert_int_eq(first->stage, STAGE_OPEN);
	ck_assert_int_eq(second->stage, STAGE_OPEN);
	third = signed_in(100000, -1);
	read_all(third);
	ck_assert_int_eq(third->stage, STAGE_ENDED);
	ck_assert_ptr_nonnull(strstr(text, "too_many_streams"));
	first->stage = STAGE_LAST;
	third = signed_in(100000, -1);
	ck_assert_int_eq(third->stage, STAGE_OPEN);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_reader_of_few_bytes_gets_everything_in_order);
	tcase_add_test(tests, a_reader_who_reads_nothing_is_dropped_after_the_stall);
	tcase_add_test(tests, an_event_that_was_not_begun_comes_later);
	tcase_add_test(tests, an_answer_that_comes_after_the_end_opens_nothing);
	tcase_add_test(tests, a_number_that_is_gone_resets_the_reader);
	tcase_add_test(tests, streams_of_a_user_are_limited_but_not_those_that_end);
}

int main(void)
{
	return run_tests("stream", add);
}
