/*
 * One worker process: one request at a time, until it is asked to stop.
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
 * Would a worker with these settings reach its database?  Asks once and leaves nothing behind;
 * lasts as long as the connect may, two seconds for each host named.
 */
bool worker_try(const struct service *service, const struct settings *settings);

#endif
