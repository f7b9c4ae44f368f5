/*
 * The order: every reader sees exactly the feed, whatever writers and readers do.
 */
#include "config.h"
#include "hubs.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 32, READERS = 12, WRITER_SECONDS = 12 };

static atomic_bool writing;
static atomic_long end_of_feed; /* 0 = it still grows */
static atomic_long committed;   /* events of transactions that have committed */

/* Commits and rolls back at random, with pauses between the insert and the commit. */
static void *write_at_random(void *context)
{
	unsigned seed = (unsigned)(size_t)context;
	PGconn *database = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	int number = 0;

	while (atomic_load(&writing)) {
		char statement[256];
		int rows = 1 + rand_r(&seed) % 3;
		PGresult *end;

		PQclear(PQexec(database, "begin"));
		for (int row = 0; row < rows; row++) {
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
		end = PQexec(database, rand_r(&seed) % 4 ? "commit" : "rollback");
		if (strcmp(PQcmdStatus(end), "COMMIT") == 0)
			atomic_fetch_add(&committed, rows);
		PQclear(end);
		if (rand_r(&seed) % 5 == 0)
			PQclear(PQexec(database, "notify silo_outbox"));
	}
	PQfinish(database);
	return NULL;
}

/* t/suites/events/defects asks for less: most of its runs have to fail. */
static unsigned asked_seconds(const char *name, unsigned usual)
{
	const char *asked = getenv(name);

	return asked ? (unsigned)atoi(asked) : usual;
}

struct reader {
	long from, *seen;
	int count;
};

/* True when a stream of this reader has been told all up to the end of the feed. */
static bool is_at_end(const struct told_event *event)
{
	long end = atomic_load(&end_of_feed);

	return end && event->id >= end;
}

/* Connects, reads a while, drops, resumes; keeps the numbers it was told. */
static void *read_at_random(void *context)
{
	struct reader *reader = context;
	unsigned seed = (unsigned)(size_t)context;
	long last = reader->from;
	bool finished = false;
	double give_up = seconds_now() + asked_seconds("EVENTS_PATIENCE", 100);

	while (!finished && seconds_now() < give_up) {
		struct stream *stream = stream_open("vera", "/api/events?types=item.updated", last);
		double until = seconds_now() + (double)(rand_r(&seed) % 1500) / 1000.0;

		while (!finished && (seconds_now() < until || atomic_load(&end_of_feed)) &&
		       seconds_now() < give_up) {
			const struct told_event *event = stream_next(stream, 50);

			if (!event)
				continue;
			if (strcmp(event->type, "item.updated") == 0) {
				reader->seen[reader->count++] = event->id;
				last = event->id;
			}
			/* Heartbeats and the server's state carry the number reached. */
			finished = is_at_end(event);
		}
		stream_close(stream);
	}
	return NULL;
}

/* Until the leader has moved all that has committed. */
static long wait_for_end(void)
{
	double until = seconds_now() + 60;

	while (strcmp(sql_value("select count(*) from silo.outbox"), "0") != 0) {
		ck_assert_msg(seconds_now() < until, "the outbox does not get empty");
		usleep(10000);
	}
	return atol(sql_value("select last from silo.feed_head"));
}

static void compare(const struct reader *reader, const PGresult *feed)
{
	int rows = PQntuples(feed);

	for (int row = 0; row < rows && row < reader->count; row++)
		ck_assert_int_eq(reader->seen[row], atol(PQgetvalue(feed, row, 0)));
	ck_assert_msg(reader->count == rows, "a reader saw %d of %d", reader->count, rows);
}

START_TEST(readers_who_come_and_go_see_the_feed_whole_and_in_order)
{
	pthread_t writers[WRITERS], threads[READERS];
	struct reader readers[READERS];
	PGconn *database;
	PGresult *feed;
	long from = atol(sql_value("select last from silo.feed_head"));

	atomic_store(&writing, true);
	atomic_store(&end_of_feed, 0);
	atomic_store(&committed, 0);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, write_at_random, (void *)(i + 1));
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){from, calloc(1000000, sizeof(long)), 0};
		pthread_create(&threads[i], NULL, read_at_random, &readers[i]);
	}
	sleep(asked_seconds("EVENTS_SECONDS", WRITER_SECONDS));
	atomic_store(&writing, false);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	atomic_store(&end_of_feed, wait_for_end());
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	database = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	feed = PQexec(database, at("select number from silo.feed where number > %ld and type = "
	                           "'item.updated' order by number",
	                           from));
	ck_assert_int_gt(PQntuples(feed), 100);
	/* All that committed, and nothing that did not. */
	ck_assert_int_eq(PQntuples(feed), atomic_load(&committed));
	for (int i = 0; i < READERS; i++) {
		compare(&readers[i], feed);
		free(readers[i].seen);
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
	struct stream *stream =
	    stream_open("vera", "/api/events?types=item.locked,item.updated", -1);
	const char *pn = settled_item();

	stream_expect(stream, "server.state", SOON);
	PQclear(PQexec(database, "begin isolation level repeatable read"));
	PQclear(PQexec(database, "select silo.tell('item.updated', null, 'long', '{}', "
	                         "'{\"n\":1}'::json)"));
	lock("alice", pn);
	stream_expect(stream, "item.locked", SOON);
	/* What it wrote itself is told when it commits, behind what committed before. */
	PQclear(PQexec(database, "commit"));
	ck_assert_str_eq(data_of(stream_expect(stream, "item.updated", SOON), "n"), "1");
	PQfinish(database);
	stream_close(stream);
}
END_TEST

/*
 * More events than memory holds, and readers who come back from different places, two of them with
 * a filter that lets next to nothing pass.
 */
START_TEST(readers_who_come_back_from_far_get_every_event)
{
	enum { EVENTS = 9500, BACK = 8 };
	struct stream *streams[BACK], *few[2];
	long from;

	settle();
	from = atol(sql_value("select last from silo.feed_head"));
	sql(at("select silo.tell('item.updated', null, 'far-' || n, '{}', json_build_object('n', "
	       "n)) from "
	       "generate_series(1, %d) n",
	       EVENTS));
	settle();
	for (int i = 0; i < BACK; i++)
		streams[i] = stream_open("vera", "/api/events?types=item.updated", from + i * 333);
	few[0] = stream_open("vera", "/api/events?part_number=far-7&part_number=far-9100", from);
	few[1] = stream_open("vera", "/api/events?types=item.deleted", from);
	for (int i = 0; i < BACK; i++) {
		for (int n = i * 333 + 1; n <= EVENTS; n++)
			ck_assert_int_eq(stream_expect(streams[i], "item.updated", SOON)->id,
			                 from + n);
		stream_expect(streams[i], "server.state", SOON);
		stream_close(streams[i]);
	}
	ck_assert_int_eq(stream_expect(few[0], "item.updated", SOON)->id, from + 7);
	ck_assert_int_eq(stream_expect(few[0], "item.updated", SOON)->id, from + 9100);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_ge(stream_expect(few[i], "server.state", SOON)->id, from + EVENTS);
		stream_close(few[i]);
	}
}
END_TEST

TCase *order_case(void)
{
	TCase *tests = tcase_create("order");

	tcase_add_test(tests, readers_who_come_and_go_see_the_feed_whole_and_in_order);
	return tests;
}

TCase *far_case(void)
{
	TCase *tests = tcase_create("far");

	tcase_add_test(tests, a_long_transaction_of_another_stalls_nobody);
	tcase_add_test(tests, readers_who_come_back_from_far_get_every_event);
	return tests;
}
