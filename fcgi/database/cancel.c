/*
 * PQcancel waits forever for a server that accepts the connection and says nothing.  So it runs in
 * a thread that is abandoned when its time is over.  Only one can hang at a time: without an answer
 * there is no other connection whose call could be given up.
 */
#include "config.h"
#include "database/cancel.h"
#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

enum { CANCEL_NS = 500000000, SECOND_NS = 1000000000 };

/* Owns what it is given. */
static void *deliver(void *of)
{
	char why[256];

	PQcancel(of, why, sizeof why);
	PQfreeCancel(of);
	return NULL;
}

/* Only the main thread handles signals. */
static bool start(pthread_t *thread, PGcancel *request)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, deliver, request);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

void cancel_briefly(PGconn *connection)
{
	PGcancel *request = PQgetCancel(connection);
	struct timespec until;
	pthread_t thread;

	if (!request)
		return;
	if (!start(&thread, request)) {
		PQfreeCancel(request);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += CANCEL_NS;
	until.tv_sec += until.tv_nsec / SECOND_NS;
	until.tv_nsec %= SECOND_NS;
	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
		pthread_detach(thread);
		log_event(LOG_LEVEL_WARNING, "cancel_unheard", NULL);
	}
}
