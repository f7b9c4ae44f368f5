/*
 * Waiting for locks: on the event stream, until they are free, then taking them.
 */
#ifndef SILO_LOCK_WAIT_H
#define SILO_LOCK_WAIT_H

#include "server/api.h"

/*
 * Takes the locks that `body` asks for (not owned here); while another holds one, waits for the
 * news that it is free.  timeout in seconds, 0: none.
 */
int lock_wait(struct silo *silo, json_object *body, char **part_numbers, int count, int64_t timeout,
              struct api_answer *answer);

#endif
