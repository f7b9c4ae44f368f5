/*
 * Counters of all workers of this master, in memory they share.  Each node counts for itself;
 * Prometheus adds nodes up.
 */
#ifndef SILO_PROCESS_FIGURES_H
#define SILO_PROCESS_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Before the first fork; false when memory is out. */
bool figures_open(void);

void figures_count_request(int status, int64_t microseconds);
void figures_count_start(void);

/* A damaged file of the vault was replaced by an upload of the same content. */
void figures_count_healed(void);
void figures_set_workers(int workers);

/* In Prometheus' text format. */
void figures_print(FILE *text);

#endif
