/*
 * Many readers of one event stream: opens them over HTTP, waits until all are served, has one
 * change made and takes the time until the first, the middle and the last of them has it.
 *
 *   fan-out PORT PATH HEADER READERS ROUNDS READY MARK COMMAND
 *
 * READY: text that says a stream is open; MARK: text of the event waited for; COMMAND: makes it
 * (run by the shell, once a round).  Prints "connect SECONDS" and, a round, "first median last" in
 * milliseconds counted from the moment the command was started, and from the first arrival.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 200, KEPT = 64 };

struct reader {
	int fd, ready, rounds;
	char tail[KEPT + 1]; /* the end of what came before, for a text cut in two */
};

static struct reader *readers;
static int epoll, count, ready, arrived;
static double *at;
static const char *ready_text, *mark;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void open_reader(struct reader *reader, int port, const char *request)
{
	/* One address has some 28,000 ports for one target. */
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons((unsigned short)port),
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = reader};

	reader->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (reader->fd < 0 ||
	    connect(reader->fd, (struct sockaddr *)&address, sizeof address) != 0) {
		perror("connect");
		exit(1);
	}
	if (write(reader->fd, request, strlen(request)) < 0)
		exit(1);
	fcntl(reader->fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(epoll, EPOLL_CTL_ADD, reader->fd, &event);
}

static void take(struct reader *reader)
{
	char bytes[KEPT + 16384 + 1];
	size_t kept = strlen(reader->tail);
	ssize_t got;

	memcpy(bytes, reader->tail, kept);
	got = read(reader->fd, bytes + kept, 16384);
	if (got <= 0) {
		if (got < 0 && errno == EAGAIN)
			return;
		fprintf(stderr, "a reader was closed: %.200s\n", reader->tail);
		exit(1);
	}
	bytes[kept + (size_t)got] = '\0';
	if (!reader->ready && strstr(bytes, ready_text)) {
		reader->ready = 1;
		ready++;
	}
	if (strstr(bytes, mark)) {
		at[arrived++] = now();
		reader->tail[0] = '\0';
		return;
	}
	size_t whole = kept + (size_t)got, keep = whole < KEPT ? whole : KEPT;

	memcpy(reader->tail, bytes + whole - keep, keep);
	reader->tail[keep] = '\0';
}

static void wait_until(int *counter, int wanted, double seconds)
{
	double until = now() + seconds;
	struct epoll_event events[512];

	while (*counter < wanted && now() < until) {
		int found = epoll_wait(epoll, events, 512, 100);

		for (int i = 0; i < found; i++)
			take(events[i].data.ptr);
	}
	if (*counter < wanted) {
		fprintf(stderr, "only %d of %d\n", *counter, wanted);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	char request[2048];
	double begun = now();

	if (argc != 9)
		return 2;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	count = atoi(argv[4]);
	ready_text = argv[6];
	mark = argv[7];
	readers = calloc((size_t)count, sizeof *readers);
	at = calloc((size_t)count, sizeof *at);
	epoll = epoll_create1(0);
	snprintf(request, sizeof request,
	         "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s%s\r\n",
	         argv[2], argv[3], *argv[3] ? "\r\n" : "");
	for (int i = 0; i < count; i++) {
		open_reader(&readers[i], atoi(argv[1]), request);
		if (i % AT_ONCE == AT_ONCE - 1 || i == count - 1)
			wait_until(&ready, i + 1, 60);
	}
	printf("connect %.2f\n", now() - begun);
	fflush(stdout);
	for (int round = 0; round < atoi(argv[5]); round++) {
		double start;

		arrived = 0;
		usleep(300000);
		start = now();
		if (fork() == 0) {
			execl("/bin/sh", "sh", "-c", argv[8], NULL);
			_exit(127);
		}
		wait_until(&arrived, count, 30);
		wait(NULL);
		printf("round %.1f %.1f %.1f spread %.1f\n", (at[0] - start) * 1e3,
		       (at[count / 2] - start) * 1e3, (at[count - 1] - start) * 1e3,
		       (at[count - 1] - at[0]) * 1e3);
		fflush(stdout);
	}
	if (getenv("HOLD"))
		sleep((unsigned)atoi(getenv("HOLD")));
	return 0;
}
