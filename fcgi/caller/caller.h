/*
 * The credential of a request, not yet judged: what silo-api and silo-events share about the
 * caller.
 */
#ifndef SILO_CALLER_H
#define SILO_CALLER_H

#include "base/settings.h"
#include "http/request.h"

struct caller {
	const char *kind;       /* of sign-in: token, session, remote, none */
	const char *credential; /* hash or user name, see doc/architecture.md */
};

/* Bearer before cookie before REMOTE_USER, which counts only where the settings trust it. */
struct caller caller_read(const struct request *rq, const struct settings *settings);

#endif
