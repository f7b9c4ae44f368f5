/*
 * The stack's hubs, killed and restarted by the tests; and the point after which a stream tells
 * only what follows.
 */
#ifndef SILO_T_HUBS_H
#define SILO_T_HUBS_H

#include "../http/client.h"
#include "stream.h"

#include <stdbool.h>
#include <sys/types.h>

/* How long a test waits for what has to come; machines can be slow. */
enum { SOON = 20000 };

double seconds_now(void);

/* Until all that has committed has been read by the hub behind nginx. */
void settle(void);

/* A new item, settled. */
const char *settled_item(void);

/* A hub on a socket of the stack's folder, as the stack's account; options like "--name=value". */
pid_t hub_start(const char *socket, const char *database, const char *options);

/* The one behind nginx. */
void kill_hub(int signal_number);
void restart_hub(const char *options); /* ends the one that runs, if any */
void end_hubs(void);                   /* after the last test */

/* The process id of the one behind nginx. */
pid_t hub_id(void);

TCase *told_case(void);
TCase *metrics_case(void);
TCase *readers_case(void);
TCase *order_case(void); /* t/suites/events/defects runs this alone */
TCase *far_case(void);
TCase *crash_case(void);

#endif
