/*
 * What silo-api knows about a request besides its HTTP; rq->context points to it.
 */
#ifndef SILO_API_CONTEXT_H
#define SILO_API_CONTEXT_H

#include "caller/caller.h"
#include "base/settings.h"
#include "database/database.h"

struct route;

struct context {
	struct database *database;
	const struct settings *settings;
	const struct route *route; /* NULL until routed */
	struct caller caller;
	const char *user; /* NULL until sign_in has run */
	bool sign_in_tried;
};

#endif
