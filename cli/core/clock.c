/*
 * A clock for waiting, which nobody sets.
 */
#include "config.h"

#include "core/clock.h"

#include <time.h>

int64_t clock_ms(void)
{
	struct timespec now;

#ifdef CLOCK_BOOTTIME
	if (clock_gettime(CLOCK_BOOTTIME, &now) == 0)
		return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
#endif
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
