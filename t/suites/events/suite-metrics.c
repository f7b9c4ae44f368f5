/*
 * What /ready and /metrics say of the streams: the right numbers, and the time from commit to
 * delivery where it was.  A hub reports every two seconds, so each is waited for.
 */
#include "config.h"
#include "hubs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sample of the hub behind nginx; `bound` is that of a bucket or NULL. */
static double sample(const char *name, const char *bound)
{
	const char *line;
	size_t length = strlen(name);

	GET(NULL, "/metrics");
	ck_assert_int_eq(told_status(), 200);
	for (line = told_body(); *line;
	     line += strcspn(line, "\n") + (strchr(line, '\n') != NULL)) {
		const char *hub, *le, *end = strstr(line, "} ");

		if (strncmp(line, name, length) != 0 || line[length] != '{' || !end)
			continue;
		hub = strstr(line, "events.sock\"");
		le = bound ? strstr(line, at(",le=\"%s\"}", bound)) : end;
		if (hub && hub < end && le && le <= end)
			return strtod(end + 2, NULL);
	}
	ck_abort_msg("no %s %s in %s", name, bound ? bound : "", told_body());
	return 0;
}

static void expect_soon(const char *name, double value)
{
	double until = seconds_now() + 60, now = 0;

	while (seconds_now() < until) {
		now = sample(name, NULL);
		if (now >= value - 1e-9 && now <= value + 1e-9)
			return;
		usleep(100000);
	}
	ck_abort_msg("%s is %g, not %g", name, now, value);
}

/* Opens that many streams and waits until just these are reported: all before them is, too. */
static void open_all(struct stream **streams, const char *const *paths, int count)
{
	expect_soon("silo_hub_clients", 0);
	for (int i = 0; i < count; i++) {
		streams[i] = stream_open("vera", paths[i], -1);
		stream_expect(streams[i], "server.state", SOON);
	}
	expect_soon("silo_hub_clients", count);
}

START_TEST(the_open_streams_are_counted)
{
	struct stream *streams[3];

	open_all(streams, (const char *[]){"/api/events", "/api/events", "/api/events"}, 3);
	GET(NULL, "/ready");
	ck_assert_str_eq(told("sse_clients"), "3");
	stream_close(streams[0]);
	expect_soon("silo_hub_clients", 2);
	GET(NULL, "/ready");
	ck_assert_str_eq(told("sse_clients"), "2");
	stream_close(streams[1]);
	stream_close(streams[2]);
	expect_soon("silo_hub_leader", 1);
}
END_TEST

START_TEST(events_and_deliveries_and_their_times_are_counted)
{
	static const char *const bounds[] = {"0.005", "0.01", "0.025", "0.05", "0.1",
	                                     "0.25",  "0.5",  "1",     "2.5",  "+Inf"};
	const char *pn = settled_item();
	struct stream *streams[2];
	double events, deliveries, sum, before;

	open_all(streams, (const char *[]){"/api/events", "/api/events?types=item.deleted"}, 2);
	events = sample("silo_hub_events_total", NULL);
	deliveries = sample("silo_hub_deliveries_total", NULL);
	sum = sample("silo_hub_lag_seconds_sum", NULL);
	for (int i = 0; i < 5; i++) {
		lock("alice", pn);
		stream_expect(streams[0], "item.locked", SOON);
		DELETE("alice", at("/api/items/%s/lock", pn));
		stream_expect(streams[0], "item.unlocked", SOON);
	}
	expect_soon("silo_hub_events_total", events + 10);
	ck_assert_double_eq(sample("silo_hub_deliveries_total", NULL), deliveries + 10);
	ck_assert_double_eq(sample("silo_hub_lag_seconds_count", NULL), events + 10);
	ck_assert_double_gt(sample("silo_hub_lag_seconds_sum", NULL), sum);
	before = 0;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		double within = sample("silo_hub_lag_seconds_bucket", bounds[i]);

		ck_assert_double_ge(within, before);
		before = within;
	}
	ck_assert_double_eq(before, events + 10);
	stream_close(streams[0]);
	stream_close(streams[1]);
}
END_TEST

/* A hub that was stopped for three seconds is late with what came meanwhile, and says so. */
START_TEST(what_was_late_is_counted_as_late)
{
	const char *pn = settled_item();
	struct stream *stream;
	double events, late, sum;
	char path[128]; /* what at() gives is used up while open_all waits */

	snprintf(path, sizeof path, "/api/events?part_number=%s", pn);
	open_all(&stream, (const char *[]){path}, 1);
	events = sample("silo_hub_events_total", NULL);
	late = events - sample("silo_hub_lag_seconds_bucket", "2.5");
	sum = sample("silo_hub_lag_seconds_sum", NULL);
	kill_hub(SIGSTOP);
	lock("alice", pn);
	sleep(3);
	kill_hub(SIGCONT);
	stream_expect(stream, "item.locked", SOON);
	expect_soon("silo_hub_events_total", events + 1);
	ck_assert_double_eq(events + 1 - sample("silo_hub_lag_seconds_bucket", "2.5"), late + 1);
	ck_assert_double_ge(sample("silo_hub_lag_seconds_sum", NULL), sum + 2.9);
	stream_close(stream);
}
END_TEST

/* As the text format wants it: a type once for each family, before its samples. */
START_TEST(each_family_has_its_type_once)
{
	static const char *const lines[] = {
	    "# TYPE silo_hub_lag_seconds histogram\nsilo_hub_lag_seconds_bucket{",
	    "# TYPE silo_hub_events_total counter\nsilo_hub_events_total{",
	    "# TYPE silo_hub_clients gauge\nsilo_hub_clients{",
	    "# TYPE silo_locks gauge\nsilo_locks ", ",le=\"2.5\"} "};

	GET(NULL, "/metrics");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_msg(strstr(told_body(), lines[i]), "no %s in %s", lines[i], told_body());
	for (const char *type = told_body(); (type = strstr(type, "# TYPE ")); type++) {
		const char *name = at("%.*s ", (int)(strcspn(type + 7, " ") + 7), type);

		ck_assert_msg(!strstr(type + 7, name), "twice: %s", name);
	}
}
END_TEST

TCase *metrics_case(void)
{
	TCase *tests = tcase_create("metrics");

	tcase_add_test(tests, the_open_streams_are_counted);
	tcase_add_test(tests, events_and_deliveries_and_their_times_are_counted);
	tcase_add_test(tests, what_was_late_is_counted_as_late);
	tcase_add_test(tests, each_family_has_its_type_once);
	return tests;
}
