/*
 * A clock for waiting: it only goes forward, and goes on while the machine sleeps, so that a lease
 * is renewed and a silent connection noticed as soon as it is awake again.
 */
#ifndef SILO_CLOCK_H
#define SILO_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past. */
int64_t clock_ms(void);

#endif
