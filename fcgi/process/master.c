/*
 * The master: forks, waits, forks again.  It never touches a request or the database.  All its
 * signals stay blocked, and it takes them one by one with sigtimedwait: no handler, no race.
 */
#include "config.h"
#include "process/master.h"
#include "process/metrics.h"
#include "process/successor.h"
#include "process/worker.h"
#include "base/log.h"
#include "base/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKOFF_LEAST_MS = 100,
	BACKOFF_MOST_MS = 5000,
	WORKERS_MOST = 8192,  /* handed on to a newer program: enough for two reloads */
	SHORT_LIFE_MS = 2000, /* if a worker ends sooner, the next one waits */
	TRY_SECONDS = 10,     /* wait for another database to answer */
	STOP_REPEAT_MS = 200
};

struct slot {
	pid_t pid;   /* 0 = none */
	bool is_old; /* has the settings before the last reload: not started again */
	int64_t started_ms, start_at_ms, backoff_ms;
};

struct master {
	const struct service *service;
	struct settings *settings;
	int listener;
	struct slot *slots;
	size_t count;
	pid_t own_pid;
	sigset_t signals, before;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *pid_text(char *text, size_t size, pid_t pid)
{
	snprintf(text, size, "%ld", (long)pid);
	return text;
}

static _Noreturn void be_worker(struct master *master)
{
	sigset_t mask = master->before;

	/* A worker without its master would keep the socket. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master->own_pid)
		_exit(0);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	exit(worker_run(master->service, master->settings, master->listener));
}

static void start(struct master *master, struct slot *slot)
{
	pid_t pid = fork();

	if (pid == 0)
		be_worker(master);
	slot->started_ms = now_ms();
	if (pid < 0) {
		log_event(LOG_LEVEL_ERROR, "fork_failed", "reason", strerror(errno), NULL);
		slot->start_at_ms = slot->started_ms + BACKOFF_MOST_MS;
		return;
	}
	slot->pid = pid;
	metrics_count_start();
}

/* Room for `more` further slots; false when memory is out. */
static bool grow(struct master *master, size_t more)
{
	struct slot *slots = realloc(master->slots, (master->count + more) * sizeof *slots);

	if (!slots)
		return false;
	memset(slots + master->count, 0, more * sizeof *slots);
	master->slots = slots;
	master->count += more;
	return true;
}

/*
 * A worker mostly waits, for Postgres and for the commit, and commits that wait together share one
 * disk write.  The maximum fits a default Postgres (100 connections).
 */
static size_t wanted_workers(const struct settings *settings)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (settings->workers > 0)
		return (size_t)settings->workers;
	if (cores < 1)
		cores = 1;
	return cores < 16 ? (size_t)cores * 4 : 64;
}

/*
 * Starts the workers that are due; returns the milliseconds until the next one is, at most a
 * second.
 */
static int64_t start_due(struct master *master)
{
	int64_t now = now_ms(), wait = 1000;

	for (size_t i = 0; i < master->count; i++) {
		struct slot *slot = &master->slots[i];

		if (slot->pid || slot->is_old)
			continue;
		if (slot->start_at_ms <= now)
			start(master, slot);
		else if (slot->start_at_ms - now < wait)
			wait = slot->start_at_ms - now;
	}
	return wait;
}

/* A slot that is filled again gets the current settings; old slots are dropped. */
static void forget_old(struct master *master)
{
	size_t kept = 0;

	for (size_t i = 0; i < master->count; i++)
		if (master->slots[i].pid || !master->slots[i].is_old)
			master->slots[kept++] = master->slots[i];
	master->count = kept;
}

static void log_end(const struct slot *slot, pid_t worker, int status, int64_t now)
{
	char pid[24], how[48], wait[24];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof how, "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof how, "status %d", WEXITSTATUS(status));
	snprintf(wait, sizeof wait, "%" PRId64, slot->start_at_ms - now);
	log_event(LOG_LEVEL_WARNING, "worker_ended", "worker", pid_text(pid, sizeof pid, worker),
	          "how", how, "next_in_ms", wait, NULL);
}

/* How long the next worker of this slot waits, after one that lived from started_ms to now. */
static int64_t backoff(const struct slot *slot, int64_t now)
{
	if (now - slot->started_ms >= SHORT_LIFE_MS)
		return 0;
	if (slot->backoff_ms == 0)
		return BACKOFF_LEAST_MS;
	return slot->backoff_ms < BACKOFF_MOST_MS / 2 ? slot->backoff_ms * 2 : BACKOFF_MOST_MS;
}

static void ended(struct slot *slot, int status)
{
	int64_t now = now_ms();
	pid_t worker = slot->pid;

	slot->pid = 0;
	slot->backoff_ms = backoff(slot, now);
	slot->start_at_ms = now + slot->backoff_ms;
	if (!slot->is_old)
		log_end(slot, worker, status, now);
}

static void reap(struct master *master)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < master->count; i++)
			if (master->slots[i].pid == pid)
				ended(&master->slots[i], status);
	forget_old(master);
}

static void signal_all(const struct master *master, int number, bool only_old)
{
	for (size_t i = 0; i < master->count; i++)
		if (master->slots[i].pid && (master->slots[i].is_old || !only_old))
			kill(master->slots[i].pid, number);
}

/* If there is a newer program, it takes over here. */
static void hand_over(const struct master *master, char **argv)
{
	pid_t *workers = calloc(master->count + 1, sizeof *workers);
	size_t count = 0;

	for (size_t i = 0; workers && i < master->count; i++)
		if (master->slots[i].pid && count < WORKERS_MOST)
			workers[count++] = master->slots[i].pid;
	if (workers)
		successor_become(argv, master->listener, workers, count);
	free(workers);
}

/* The workers of the previous program: they end once new ones run. */
static bool take_over(struct master *master)
{
	pid_t *workers = calloc(WORKERS_MOST, sizeof *workers);
	size_t own = master->count, count = workers ? successor_workers(workers, WORKERS_MOST) : 0;
	bool done = workers && (count == 0 || grow(master, count));

	for (size_t i = 0; done && i < count; i++)
		master->slots[own + i] = (struct slot){.pid = workers[i], .is_old = true};
	free(workers);
	return done;
}

/*
 * If the database is a new one, does it answer?  Old workers that have a database must not make
 * room for new ones without.  A child asks, so that the master never has a connection.
 */
static bool reaches_database(const struct master *master, const struct settings *fresh)
{
	int status;
	pid_t pid;

	if (strcmp(fresh->database, master->settings->database) == 0)
		return true;
	pid = fork();
	if (pid == 0) {
		alarm(TRY_SECONDS);
		_exit(worker_try(master->service, fresh) ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void refuse_reload(const char *why)
{
	log_event(LOG_LEVEL_ERROR, "reload_refused", "reason", why, NULL);
}

static void reload(struct master *master, int argc, char **argv)
{
	struct settings fresh;
	size_t before = master->count;

	hand_over(master, argv);
	if (!settings_read(&fresh, argc, argv, NULL)) {
		refuse_reload("the settings are wrong");
		return;
	}
	if (!reaches_database(master, &fresh) || !grow(master, wanted_workers(&fresh))) {
		refuse_reload("with these settings a worker has no database or no memory");
		settings_free(&fresh);
		return;
	}
	settings_free(master->settings);
	*master->settings = fresh;
	log_open("silo-api", log_level_named(fresh.log_level));
	for (size_t i = 0; i < before; i++)
		master->slots[i].is_old = true;
	start_due(master); /* new ones first: the socket always has a worker */
	signal_all(master, SIGTERM, true);
	metrics_set_workers((int)wanted_workers(master->settings));
	log_event(LOG_LEVEL_INFO, "reloaded", NULL);
}

static bool is_any_left(const struct master *master)
{
	for (size_t i = 0; i < master->count; i++)
		if (master->slots[i].pid)
			return true;
	return false;
}

/* The next of our signals, or 0 after that time. */
static int take_signal(const struct master *master, int64_t wait_ms)
{
	struct timespec limit = {.tv_sec = (time_t)(wait_ms / 1000),
	                         .tv_nsec = (long)(wait_ms % 1000) * 1000000};
	int number = sigtimedwait(&master->signals, NULL, &limit);

	return number < 0 ? 0 : number;
}

static void drain(struct master *master)
{
	int64_t deadline = now_ms() + master->settings->grace_seconds * 1000;

	for (size_t i = 0; i < master->count; i++)
		master->slots[i].is_old = true;
	log_event(LOG_LEVEL_INFO, "stopping", NULL);
	notify_manager("STOPPING=1");
	while (is_any_left(master)) {
		signal_all(master, now_ms() < deadline ? SIGTERM : SIGKILL, false);
		take_signal(master, STOP_REPEAT_MS);
		reap(master);
	}
	log_event(LOG_LEVEL_INFO, "stopped", NULL);
}

/* The signals that a worker may get: all those that the master takes one by one. */
static void workers_mask(struct master *master)
{
	static const int taken[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		sigdelset(&master->before, taken[i]);
}

int master_run(const struct service *service, struct settings *settings, int argc, char **argv,
               int listener)
{
	struct master master = {
	    .service = service, .settings = settings, .listener = listener, .own_pid = getpid()};
	int number;

	sigemptyset(&master.signals);
	sigaddset(&master.signals, SIGCHLD);
	sigaddset(&master.signals, SIGTERM);
	sigaddset(&master.signals, SIGINT);
	sigaddset(&master.signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &master.signals, &master.before);
	/* The previous program left them blocked, so none was lost. */
	workers_mask(&master);
	if (!grow(&master, wanted_workers(settings)) || !take_over(&master)) {
		free(master.slots);
		return 1;
	}
	metrics_set_workers((int)wanted_workers(settings));
	log_event(LOG_LEVEL_INFO, "started", "version", PACKAGE_VERSION, NULL);
	start_due(&master);
	signal_all(&master, SIGTERM, true);
	notify_manager("READY=1");
	do {
		notify_manager("WATCHDOG=1");
		number = take_signal(&master, start_due(&master));
		reap(&master);
		if (number == SIGHUP)
			reload(&master, argc, argv);
	} while (number != SIGTERM && number != SIGINT);
	drain(&master);
	free(master.slots);
	return 0;
}
