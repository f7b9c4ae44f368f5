/*
 * One worker process: one request at a time, until it is asked to stop.
 */
#ifndef SILO_API_WORKER_H
#define SILO_API_WORKER_H

#include "base/settings.h"

/*
 * Serves until SIGTERM; the request that runs then is finished first.  Expects SIGTERM blocked.
 * Returns the exit status.
 */
int worker_run(const struct settings *settings, int listener);

#endif
