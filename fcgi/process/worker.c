/*
 * The worker's loop: wait, accept, answer, tidy up.  It accepts connections itself, because
 * libfcgi's accept can lose a signal and reads without a time limit; libfcgi then only speaks the
 * protocol.
 */
#include "config.h"
#include "process/worker.h"
#include "base/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINGER_SECONDS = 2 };

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

/*
 * A signal that came during a request is still blocked. epoll_pwait lets it through only if it has
 * to wait, so a worker that always finds another connection would never see it.
 */
static bool is_asked_to_stop(void)
{
	sigset_t pending;

	return stopping || (sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1);
}

/* Signals reach the worker only while it waits, so none is lost and none cuts a request short. */
static int next_connection(int epoll, int listener, const sigset_t *while_waiting)
{
	while (!is_asked_to_stop()) {
		struct epoll_event event;
		int fd;

		if (epoll_pwait(epoll, &event, 1, -1, while_waiting) < 0 && errno != EINTR)
			return -1;
		if (stopping)
			break;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			usleep(50000);
	}
	return -1;
}

static void set_timeouts(int fd, int64_t seconds)
{
	struct timeval limit = {.tv_sec = (time_t)seconds};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/*
 * A request refused early leaves its body unread.  Closing then would reset the connection and
 * nginx could lose the answer with it; so the worker reads the rest until nginx, which has the
 * whole answer, closes.
 */
static void linger(int fd)
{
	char scrap[65536];
	ssize_t got;

	set_timeouts(fd, LINGER_SECONDS);
	shutdown(fd, SHUT_WR);
	do
		got = recv(fd, scrap, sizeof scrap, 0);
	while (got > 0 || (got < 0 && errno == EINTR));
}

/* Even the record that ends an empty body can remain unread, after many parameters. */
static bool has_unread(int fd)
{
	int bytes = 0;

	return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

static void serve(const struct service *service, void *state, int fd)
{
	FCGX_Request fcgi;
	bool is_read = true;

	FCGX_InitRequest(&fcgi, -1, 0);
	fcgi.ipcFd = fd;
	fcgi.keepConnection = 1; /* else the finish at the start of accept closes it */
	if (FCGX_Accept_r(&fcgi) == 0) {
		is_read = service->answer(state, &fcgi);
		/*
		 * We close ourselves: libfcgi, which insists on closing after an error, waits for
		 * the peer.
		 */
		fcgi.keepConnection = 1;
		fcgi.detached = 1;
		FCGX_Finish_r(&fcgi);
		if (!is_read || has_unread(fd))
			linger(fd);
		close(fd);
	}
	/* Otherwise it was no request, and libfcgi has closed it. */
	service->after(state);
}

int worker_run(const struct service *service, const struct settings *settings, int listener)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	struct sigaction action = {.sa_handler = stop};
	void *state;
	sigset_t while_waiting;
	int epoll, fd;

	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL); /* Ctrl-C reaches the whole group: the master decides */
	sigprocmask(SIG_SETMASK, NULL, &while_waiting);
	sigdelset(&while_waiting, SIGTERM);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0 ||
	    FCGX_Init() != 0 || !(state = service->open(settings))) {
		log_event(LOG_LEVEL_ERROR, "worker_cannot_start", "reason", strerror(errno), NULL);
		return 1;
	}
	while ((fd = next_connection(epoll, listener, &while_waiting)) >= 0) {
		set_timeouts(fd, settings->io_timeout_seconds);
		serve(service, state, fd);
	}
	service->close(state);
	close(epoll);
	return is_asked_to_stop() ? 0 : 1;
}

bool worker_try(const struct service *service, const struct settings *settings)
{
	void *state = service->open(settings);
	bool is_ready = state && service->is_ready(state);

	service->close(state);
	return is_ready;
}
