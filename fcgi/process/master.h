/*
 * The master: keeps the configured number of workers running.
 */
#ifndef SILO_PROCESS_MASTER_H
#define SILO_PROCESS_MASTER_H

#include "base/settings.h"
#include "process/service.h"

/*
 * Runs until SIGTERM or SIGINT.  SIGHUP: reads the settings again from the same sources (argc,
 * argv), starts new workers with them, then ends the old ones; a faulty file changes nothing.  If
 * the program's file has been replaced, the new program takes over (successor.h).  Takes over
 * `settings`.  Returns the exit status.
 */
int master_run(const struct service *service, struct settings *settings, int argc, char **argv,
               int listener);

#endif
