/*
 * What every part of the hub uses of the loop: watching descriptors, and random numbers.
 */
#include "config.h"
#include "events/hub.h"
#include "base/log.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/epoll.h>

bool hub_watch(struct hub *hub, struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(hub->epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0)
		return true;
	log_event(LOG_LEVEL_ERROR, "cannot_watch", "reason", strerror(errno), NULL);
	return false;
}

void hub_rewatch(struct hub *hub, struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	epoll_ctl(hub->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void hub_unwatch(struct hub *hub, struct watch *watch)
{
	if (watch->fd >= 0)
		epoll_ctl(hub->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

unsigned hub_jitter(unsigned range)
{
	return randombytes_uniform(range);
}
