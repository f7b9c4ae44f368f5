/*
 * What a worker serves.  The room above fills it in: processes know nothing of routes.
 */
#ifndef SILO_PROCESS_SERVICE_H
#define SILO_PROCESS_SERVICE_H

#include <fcgiapp.h>
#include <stdbool.h>
#include "base/settings.h"

struct service {
	/* The state of one worker, which all other calls get; NULL if memory is out. */
	void *(*open)(const struct settings *settings);
	/* Answers one request; true if no more of its body will come. */
	bool (*answer)(void *state, FCGX_Request *fcgi);
	/* What can wait until the client has its answer. */
	void (*after)(void *state);
	/* Could it answer now?  Lasts as long as a connect may. */
	bool (*is_ready)(void *state);
	void (*close)(void *state);
};

#endif
