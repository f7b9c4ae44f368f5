/*
 * Counters since the start, and a histogram of the time from commit to delivery.
 */
#include "config.h"
#include "events/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5};

enum { BOUNDS_COUNT = sizeof bounds / sizeof *bounds };

struct figures {
	unsigned long long events, deliveries, drops, refusals;
	unsigned long long within[BOUNDS_COUNT]; /* not cumulated */
	double lag_sum;
};

static char name[256];

struct figures *figures_new(void)
{
	return calloc(1, sizeof(struct figures));
}

void figures_free(struct figures *figures)
{
	free(figures);
}

double figures_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void figures_count_event(struct hub *hub, double lag)
{
	struct figures *figures = hub->figures;

	figures->events++;
	figures->lag_sum += lag > 0 ? lag : 0;
	for (int i = 0; i < BOUNDS_COUNT; i++) {
		if (lag <= bounds[i]) {
			figures->within[i]++;
			break;
		}
	}
}

void figures_count_delivery(struct hub *hub)
{
	hub->figures->deliveries++;
}

void figures_count_drop(struct hub *hub)
{
	hub->figures->drops++;
}

void figures_count_refusal(struct hub *hub)
{
	hub->figures->refusals++;
}

void figures_name_set(const char *listen)
{
	char host[128] = "";

	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%.127s:%.100s", host, *listen ? listen : "inherited");
}

const char *figures_name(void)
{
	return name;
}

void figures_text(const struct hub *hub, char *text, size_t size)
{
	const struct figures *figures = hub->figures;
	unsigned long long cumulated = 0;
	size_t used;

	used = (size_t)snprintf(
	    text, size,
	    "{\"clients\":%zu,\"leader\":%d,\"events_total\":%llu,\"deliveries_total\":%llu,"
	    "\"dropped_total\":%llu,\"refused_total\":%llu,\"lag_seconds_sum\":%.6f,"
	    "\"lag_seconds_count\":%llu,\"lag_seconds_bucket\":{",
	    hub->open, hub->leads, figures->events, figures->deliveries, figures->drops,
	    figures->refusals, figures->lag_sum, figures->events);
	for (int i = 0; i < BOUNDS_COUNT && used < size; i++) {
		cumulated += figures->within[i];
		used += (size_t)snprintf(text + used, size - used, "\"%g\":%llu,", bounds[i],
		                         cumulated);
	}
	if (used < size)
		snprintf(text + used, size - used, "\"+Inf\":%llu}}", figures->events);
}
