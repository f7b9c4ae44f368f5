/*
 * One kept connection to a web server and one request at a time on it: cheap enough that the load
 * program takes less of the machine than the server.  Knows HTTP/1.1 as nginx speaks it to us
 * (Content-Length, no compression), nothing of Silo.
 */
#ifndef HISTORY_EXCHANGE_H
#define HISTORY_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

enum { ANSWER_MOST = 65536 };

struct exchange {
	int fd;      /* -1: not connected */
	int port;    /* on 127.0.0.1 */
	size_t used; /* of answer */
	const char *body;
	char answer[ANSWER_MOST]; /* head and body of the last answer, ended by NUL */
};

void exchange_init(struct exchange *exchange, int port);
void exchange_close(struct exchange *exchange);

/*
 * Sends a whole request and reads a whole answer into `answer`; `body` points behind its head.  A
 * kept connection that the server has closed is reopened, before anything is sent.  Returns the
 * status, or 0 when there was no whole answer within a minute: what became of the request is
 * unknown then.
 */
long exchange_run(struct exchange *exchange, const char *request, size_t length);

/* The value of a header of the last answer (not ended), or NULL. */
const char *exchange_header(const struct exchange *exchange, const char *name);

/* Nanoseconds of the clock that all processes of a machine share. */
uint64_t now_ns(void);

#endif
