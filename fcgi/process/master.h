/*
 * The master: keeps as many workers running as asked for.
 */
#ifndef SILO_PROCESS_MASTER_H
#define SILO_PROCESS_MASTER_H

#include "base/settings.h"
#include "process/service.h"

/*
 * Runs until SIGTERM or SIGINT.  SIGHUP: settings are read again from the same sources
 * (argc, argv), new workers start with them, then the old ones end; a faulty file changes nothing.
 * Where the program's file has been replaced, that goes on in its place (successor.h).
 * `settings` is used up.  Returns the exit status.
 */
int master_run(const struct service *service, struct settings *settings, int argc, char **argv,
               int listener);

#endif
