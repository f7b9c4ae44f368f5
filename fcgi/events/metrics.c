/*
 * Counters since the start, and a histogram of the time from commit to delivery.
 */
#include "config.h"
#include "events/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5};

enum { BOUNDS_COUNT = sizeof bounds / sizeof *bounds };

struct metrics {
	unsigned long long events, deliveries, drops, refusals;
	unsigned long long within[BOUNDS_COUNT]; /* not cumulated */
	double lag_sum;
};

static char name[256];

struct metrics *metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

void metrics_free(struct metrics *metrics)
{
	free(metrics);
}

double metrics_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void metrics_count_event(struct hub *hub, double lag)
{
	struct metrics *metrics = hub->metrics;

	metrics->events++;
	metrics->lag_sum += lag > 0 ? lag : 0;
	for (int i = 0; i < BOUNDS_COUNT; i++) {
		if (lag <= bounds[i]) {
			metrics->within[i]++;
			break;
		}
	}
}

void metrics_count_delivery(struct hub *hub)
{
	hub->metrics->deliveries++;
}

void metrics_count_drop(struct hub *hub)
{
	hub->metrics->drops++;
}

void metrics_count_refusal(struct hub *hub)
{
	hub->metrics->refusals++;
}

void metrics_name_set(const char *listen)
{
	char host[128] = "";

	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%.127s:%.100s", host, *listen ? listen : "inherited");
}

const char *metrics_name(void)
{
	return name;
}

void metrics_text(const struct hub *hub, char *text, size_t size)
{
	const struct metrics *metrics = hub->metrics;
	unsigned long long cumulated = 0;
	size_t used;

	used = (size_t)snprintf(
	    text, size,
	    "{\"clients\":%zu,\"leader\":%d,\"events_total\":%llu,\"deliveries_total\":%llu,"
	    "\"dropped_total\":%llu,\"refused_total\":%llu,\"lag_seconds_sum\":%.6f,"
	    "\"lag_seconds_count\":%llu,\"lag_seconds_bucket\":{",
	    hub->open, hub->leads, metrics->events, metrics->deliveries, metrics->drops,
	    metrics->refusals, metrics->lag_sum, metrics->events);
	for (int i = 0; i < BOUNDS_COUNT && used < size; i++) {
		cumulated += metrics->within[i];
		used += (size_t)snprintf(text + used, size - used, "\"%g\":%llu,", bounds[i],
		                         cumulated);
	}
	if (used < size)
		snprintf(text + used, size - used, "\"+Inf\":%llu}}", metrics->events);
}
