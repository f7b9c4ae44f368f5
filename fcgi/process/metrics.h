/*
 * Counters of all workers of this master, in shared memory.  Each node counts for itself;
 * Prometheus sums the nodes.
 */
#ifndef SILO_PROCESS_METRICS_H
#define SILO_PROCESS_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Call before the first fork; false if memory is out. */
bool metrics_open(void);

void metrics_count_request(int status, int64_t microseconds);
void metrics_count_start(void);

/* A damaged file of the vault was replaced by an upload of the same content. */
void metrics_count_healed(void);
void metrics_set_workers(int workers);

/* In Prometheus' text format. */
void metrics_print(FILE *text);

#endif
