/*
 * Fuzz target: what an attacker on silo-api's socket could send.  The worker itself serves it, from
 * the descriptor through libfcgi, router and handlers, with a database that is not there.  It must
 * come back, close the descriptor, and answer, if at all, in FastCGI with one of our statuses.
 */
#include "../../../fcgi/process/worker.c"

#include "api/dispatch.h"
#include "fastcgi.h"

static void *state; /* of the worker */

const char *__lsan_default_suppressions(void);

/* A request that breaks off costs 48 bytes inside of libfcgi 2.4.2. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so";
}

static void open_worker(void)
{
	static struct settings settings;
	char name[] = "fuzz", database[] = "--database=host=/nowhere", vault[] = "--vault=/nowhere",
	     *words[] = {name, database, vault, NULL};
	char **rest;

	if (!settings_read(&settings, 3, words, &rest) || FCGX_Init() != 0)
		abort();
	free(rest);
	log_open("fuzz", LOG_LEVEL_ERROR);
	stderr = fopen("/dev/null", "w");
	state = dispatch_service.open(&settings);
	if (!state)
		abort();
}

/* The first record of an answer carries "Status: NNN". */
static void judge(const uint8_t *answer, size_t length)
{
	char text[64] = "";

	if (length < 8 || answer[1] != 6)
		return; /* a record of the protocol itself, or nothing */
	memcpy(text, answer + 8, length - 8 < 63 ? length - 8 : 63);
	if (strncmp(text, "Status: ", 8) != 0 || strtol(text + 8, NULL, 10) < 200 ||
	    strtol(text + 8, NULL, 10) == 500)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct packed packed;
	static uint8_t answer[1 << 20];
	const int room = 1 << 20;
	size_t got = 0;
	ssize_t part;
	int ends[2];

	if (state == NULL)
		open_worker();
	pack(&packed, data, size);
	if (size > 0 && data[0] == 1)
		tame(&packed);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	set_timeouts(ends[1], 1);
	if (send(ends[0], packed.bytes, packed.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		abort();
	shutdown(ends[0], SHUT_WR);
	serve(&dispatch_service, state, ends[1]);
	/* It must have been closed: this read ends. */
	while ((part = recv(ends[0], answer + got, sizeof answer - got, 0)) > 0)
		got += (size_t)part;
	judge(answer, got);
	close(ends[0]);
	return 0;
}
