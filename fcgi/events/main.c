/*
 * silo-events: nginx passes /api/events to it.  The loop, its signals, and the order of a round.
 */
#include "config.h"
#include "process/listener.h"
#include "base/log.h"
#include "base/notify.h"
#include "database/pooler.h"
#include "base/settings.h"
#include "events/streams/arrivals.h"
#include "events/streams/checks.h"
#include "events/clock.h"
#include "events/feed.h"
#include "events/metrics.h"
#include "events/link.h"
#include "events/pages.h"
#include "events/streams/subscriber.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { ROUND = 512, TICK_MS = 1000, GOODBYE_MS = 2000 };

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Each stream takes a descriptor. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* The loop reads signals like everything else. */
static struct {
	struct watch watch; /* first */
	struct hub *hub;
} signals = {.watch = {.fd = -1}};

static void on_signal(struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo signal_info;

	(void)events;
	if (read(watch->fd, &signal_info, sizeof signal_info) > 0)
		signals.hub->stopping = true;
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void each_second(struct hub *hub)
{
	struct subscriber *subscriber = hub->first, *next;

	for (; subscriber; subscriber = next) {
		next = subscriber->next;
		subscriber_tick(subscriber);
	}
	arrivals_tick(hub);
	checks_tick(hub);
}

static int least_wait(int64_t a, int64_t b)
{
	if (a < 0 || (b >= 0 && b < a))
		a = b;
	return a < 0 || a > TICK_MS ? TICK_MS : (int)a;
}

/* Waits for events and handles them; `most` limits the wait. */
static void round_of(struct hub *hub, int most)
{
	struct epoll_event events[ROUND];
	int count = epoll_wait(hub->epoll, events, ROUND, most);

	hub->now_ms = monotonic_ms();
	for (int i = 0; i < count; i++) {
		struct watch *watch = events[i].data.ptr;

		watch->ready(watch, events[i].events);
	}
	if (pages_have_news(hub->pages))
		subscribers_pump(hub);
	subscribers_sweep(hub);
}

static void say_goodbye(struct hub *hub)
{
	int64_t until = hub->now_ms + GOODBYE_MS;

	arrivals_close(hub);
	for (struct subscriber *subscriber = hub->first, *next; subscriber; subscriber = next) {
		next = subscriber->next;
		subscriber_finish(subscriber);
	}
	subscribers_sweep(hub);
	while (hub->first && hub->now_ms < until)
		round_of(hub, 50);
	while (hub->first)
		subscriber_drop(hub->first, NULL);
	subscribers_sweep(hub);
}

static const struct link_handlers desk_handlers = {NULL, NULL, NULL};

static bool open_hub(struct hub *hub, int listener)
{
	signals.watch = (struct watch){on_signal, signals_open()};
	signals.hub = hub;
	hub->epoll = epoll_create1(EPOLL_CLOEXEC);
	hub->feed = feed_new();
	hub->pages = pages_new();
	hub->clock = clock_new();
	hub->metrics = metrics_new();
	hub->desk = link_new(hub, "desk", &desk_handlers);
	hub->duty = link_new(hub, "duty", &clock_handlers);
	hub->now_ms = monotonic_ms();
	return hub->epoll >= 0 && signals.watch.fd >= 0 && hub->feed && hub->pages && hub->clock &&
	       hub->metrics && hub->desk && hub->duty && hub_watch(hub, &signals.watch, EPOLLIN) &&
	       arrivals_open(hub, listener);
}

static int run(const struct settings *settings, int listener)
{
	struct hub hub = {.settings = settings};
	int64_t tick_at = 0;

	if (!open_hub(&hub, listener)) {
		log_event(LOG_LEVEL_ERROR, "cannot_start", "reason", strerror(errno), NULL);
		return 1;
	}
	metrics_name_set(settings->events_listen);
	log_event(LOG_LEVEL_INFO, "started", "listen", settings->events_listen, NULL);
	notify_manager("READY=1");
	while (!hub.stopping) {
		int64_t wait = clock_tick(&hub);

		wait = least_wait(wait, link_tick(hub.desk));
		wait = least_wait(wait, link_tick(hub.duty));
		wait = least_wait(wait, tick_at > hub.now_ms ? tick_at - hub.now_ms : 0);
		round_of(&hub, (int)wait);
		if (hub.now_ms >= tick_at) {
			tick_at = hub.now_ms + TICK_MS;
			notify_manager("WATCHDOG=1");
			each_second(&hub);
			subscribers_sweep(&hub);
		}
	}
	log_event(LOG_LEVEL_INFO, "stopping", NULL);
	notify_manager("STOPPING=1");
	say_goodbye(&hub);
	link_free(hub.desk);
	link_free(hub.duty);
	/* No more answers about them will come. */
	for (struct subscriber *subscriber = hub.ended; subscriber; subscriber = subscriber->next)
		subscriber->being_checked = false;
	subscribers_sweep(&hub);
	clock_free(hub.clock);
	metrics_free(hub.metrics);
	pages_free(hub.pages);
	feed_free(hub.feed);
	close(signals.watch.fd);
	close(hub.epoll);
	return 0;
}

static bool is_asked(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			puts("silo-events [--config FILE] [--SETTING=VALUE …]\n"
			     "  --help          print this text\n"
			     "  --version       print the version\n"
			     "  --check-config  check the settings and exit\n"
			     "Signals: TERM ends every stream, tells its client when to "
			     "reconnect, and exits.\n");
			settings_help();
		} else if (strcmp(argv[i], "--version") == 0) {
			puts("silo-events " PACKAGE_VERSION);
		} else {
			continue;
		}
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct settings settings;
	char **rest;
	int listener, status = 1;

	if (is_asked(argc, argv))
		return 0;
	if (sodium_init() < 0 || !settings_read(&settings, argc, argv, &rest))
		return 2;
	if (rest[1]) {
		bool checks = strcmp(rest[1], "--check-config") == 0 && !rest[2];

		if (checks)
			puts("The settings are fine.");
		else
			fprintf(stderr, "silo-events: '%s' is not an option; see --help\n",
			        rest[1]);
		settings_free(&settings);
		return checks ? 0 : 2;
	}
	log_open("silo-events", log_level_named(settings.log_level));
	raise_file_limit();
	if (pooler_is_at(settings.events_database)) {
		fprintf(stderr, "silo-events: %s\n", pooler_advice);
		settings_free(&settings);
		return 1;
	}
	listener = listener_open(settings.events_listen);
	if (listener >= 0) {
		status = run(&settings, listener);
		listener_forget();
	}
	settings_free(&settings);
	return status;
}
