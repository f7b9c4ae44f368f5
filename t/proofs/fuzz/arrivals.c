/*
 * Fuzz target: what an attacker on silo-events' socket could send, in two pieces.  A request is
 * parsed only when all of it is there (else the whole hub would wait), each descriptor is closed or
 * becomes a subscriber, and what a subscriber is given is within bounds.
 */
#include "../../../fcgi/events/streams/arrivals.c"

#include "base/facts.h"
#include "fastcgi.h"
#include <stdio.h>

static struct settings settings;
static struct hub hub = {.settings = &settings};
static int made, decided;

static void must(bool true_of_it)
{
	if (!true_of_it)
		abort();
}

static bool is_type(const char *word)
{
	for (const char *const *type = event_types; *type; type++)
		if (strcmp(*type, word) == 0)
			return true;
	return false;
}

/* ---- what arrivals.c calls: here a subscriber is only looked at --------------------------------
 */

bool hub_watch(struct hub *of, struct watch *watch, uint32_t events)
{
	(void)of, (void)watch, (void)events;
	return true;
}

void hub_rewatch(struct hub *of, struct watch *watch, uint32_t events)
{
	(void)of, (void)watch, (void)events;
}

void hub_unwatch(struct hub *of, struct watch *watch)
{
	(void)of, (void)watch;
}

void filter_free(struct filter *filter)
{
	free(filter->types);
	free(filter->part_numbers);
}

struct subscriber *subscriber_new(struct hub *of, int fd, char *kind, char *credential,
                                  char *request_id, struct filter filter, int64_t last_event_id,
                                  bool is_head)
{
	struct subscriber *subscriber = calloc(1, sizeof *subscriber);

	(void)of, (void)is_head;
	must(subscriber && kind && credential && request_id);
	must(last_event_id >= -2);
	must(strcmp(kind, "none") == 0 || strcmp(kind, "token") == 0 ||
	     strcmp(kind, "session") == 0 || strncmp(kind, "remote", 6) == 0);
	for (char **type = filter.types; type && *type; type++)
		must(is_type(*type));
	for (char **pn = filter.part_numbers; pn && *pn; pn++)
		must(strlen(*pn) >= 1 && strlen(*pn) <= 64);
	filter_free(&filter);
	free(kind);
	free(credential);
	free(request_id);
	close(fd);
	made++;
	return subscriber;
}

void subscriber_refuse(struct subscriber *subscriber, const char *code, const char *field)
{
	(void)field;
	must(*code != '\0');
	free(subscriber);
	decided++;
}

void subscriber_tell_health(struct subscriber *subscriber)
{
	free(subscriber);
	decided++;
}

void subscriber_sign_in(struct subscriber *subscriber)
{
	must(!subscriber->field || *subscriber->fault != '\0');
	free(subscriber->field);
	free(subscriber);
	decided++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct packed packed;
	const int room = 1 << 20;
	size_t first;
	ssize_t got;
	int ends[2];
	char byte;

	if (arena == NULL) {
		arena = arena_new();
		log_open("fuzz", LOG_LEVEL_ERROR);
		must(arena != NULL && FCGX_Init() == 0);
	}
	(void)tame; /* the hub must not be ended by any length */
	pack(&packed, data, size);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	made = decided = 0;
	first = size > 0 ? packed.length * data[size - 1] / 256 : 0;
	must(send(ends[0], packed.bytes, first, MSG_NOSIGNAL) == (ssize_t)first);
	arrive(&hub, ends[1]);
	if (waiting != NULL) {
		must(send(ends[0], packed.bytes + first, packed.length - first, MSG_NOSIGNAL) ==
		     (ssize_t)(packed.length - first));
		on_bytes(&waiting->watch, EPOLLIN);
	}
	if (waiting != NULL) {
		shutdown(ends[0], SHUT_WR);
		on_bytes(&waiting->watch, EPOLLIN | EPOLLRDHUP);
	}
	must(waiting == NULL);
	must(made == decided);
	/* The hub's end must be closed, whatever came. */
	got = recv(ends[0], &byte, 1, MSG_DONTWAIT);
	must(got == 0 || (got < 0 && errno != EAGAIN));
	close(ends[0]);
	return 0;
}
