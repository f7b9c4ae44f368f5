/*
 * From an accepted FastCGI request to a sent answer and its log line.
 */
#ifndef SILO_API_DISPATCH_H
#define SILO_API_DISPATCH_H

#include <fcgiapp.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/database.h"
#include "base/settings.h"

struct worker {
	const struct settings *settings;
	struct arena *arena;
	struct database *database;
	bool wakes_feed; /* the request just answered has written */
};

bool dispatch_open(struct worker *worker, const struct settings *settings);
void dispatch_close(struct worker *worker);

/* Answers; true when no more of the request's body will come. */
bool dispatch(struct worker *worker, FCGX_Request *fcgi);

/* What can wait until the client has its answer: the wake-up, giving memory back. */
void dispatch_after(struct worker *worker);

#endif
