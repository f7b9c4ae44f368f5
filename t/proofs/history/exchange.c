/* A kept connection; see exchange.h. */
#include "exchange.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

void exchange_init(struct exchange *exchange, int port)
{
	exchange->fd = -1;
	exchange->port = port;
	exchange->used = 0;
	exchange->answer[0] = '\0';
	exchange->body = exchange->answer;
}

void exchange_close(struct exchange *exchange)
{
	if (exchange->fd >= 0)
		close(exchange->fd);
	exchange->fd = -1;
}

static int open_connection(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons((unsigned short)port),
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval minute = {.tv_sec = 60};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Closed by the server while nothing was under way (nginx does after 1,000 requests). */
static int has_ended(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static int send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return 0;
		bytes += sent;
		length -= (size_t)sent;
	}
	return 1;
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strstr(exchange->answer, "\r\n");
	     line != NULL && line + 2 < exchange->body; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':')
			return line + 2 + length + 1 + strspn(line + 2 + length + 1, " ");
	return NULL;
}

static long read_answer(struct exchange *exchange)
{
	size_t wanted = 0;

	exchange->used = 0;
	exchange->body = NULL;
	while (exchange->body == NULL || exchange->used < wanted) {
		ssize_t got = recv(exchange->fd, exchange->answer + exchange->used,
		                   ANSWER_MOST - 1 - exchange->used, 0);

		if (got <= 0)
			return 0;
		exchange->used += (size_t)got;
		exchange->answer[exchange->used] = '\0';
		if (exchange->body == NULL) {
			const char *end = strstr(exchange->answer, "\r\n\r\n");
			const char *length;

			if (end == NULL)
				continue;
			exchange->body = end + 4;
			length = exchange_header(exchange, "Content-Length");
			wanted = (size_t)(exchange->body - exchange->answer) +
			         (length ? strtoul(length, NULL, 10) : 0);
			if (wanted >= ANSWER_MOST)
				return 0;
		}
	}
	return strncmp(exchange->answer, "HTTP/1.1 ", 9) == 0
	           ? strtol(exchange->answer + 9, NULL, 10)
	           : 0;
}

long exchange_run(struct exchange *exchange, const char *request, size_t length)
{
	const char *connection;
	long status = 0;

	if (exchange->fd >= 0 && has_ended(exchange->fd))
		exchange_close(exchange);
	if (exchange->fd < 0)
		exchange->fd = open_connection(exchange->port);
	exchange->answer[0] = '\0';
	exchange->body = exchange->answer;
	if (exchange->fd < 0)
		return 0;
	if (send_all(exchange->fd, request, length))
		status = read_answer(exchange);
	if (status == 0) {
		exchange->answer[exchange->used = 0] = '\0';
		exchange->body = exchange->answer;
	}
	connection = exchange_header(exchange, "Connection");
	if (status == 0 || (connection && strncmp(connection, "close", 5) == 0))
		exchange_close(exchange);
	return status;
}
