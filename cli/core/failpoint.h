/*
 * Dies as if killed, at a step named in SILO_DIE_AT; only in the program that the tests build.
 * The steps of check-out and commit are marked so that a test can stop at each of them.
 */
#ifndef SILO_FAILPOINT_H
#define SILO_FAILPOINT_H

#ifdef SILO_FAIL_POINTS
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static inline void fail_point(const char *step)
{
	const char *wanted = getenv("SILO_DIE_AT");

	if (wanted != NULL && strcmp(wanted, step) == 0)
		raise(SIGKILL);
}
#else
static inline void fail_point(const char *step)
{
	(void)step;
}
#endif

#endif
