/*
 * One worker process: one request at a time, until told to stop.
 */
#ifndef SILO_PROCESS_WORKER_H
#define SILO_PROCESS_WORKER_H

#include <stdbool.h>
#include "base/settings.h"
#include "process/service.h"

/*
 * Serves until SIGTERM; the request that runs then is finished first.  Expects SIGTERM blocked.
 * Returns the exit status.
 */
int worker_run(const struct service *service, const struct settings *settings, int listener);

/*
 * Would a worker with these settings reach its database?  Tries once and leaves nothing behind;
 * takes as long as a connect may, two seconds for each host.
 */
bool worker_try(const struct service *service, const struct settings *settings);

#endif
