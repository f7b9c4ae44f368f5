/*
 * The progress line on standard error, for people only: label, bar, amount, rate.
 * Silent when nobody looks.  Knows no HTTP.
 */
#ifndef SILO_PROGRESS_H
#define SILO_PROGRESS_H

#include <stdint.h>
#include "core/silo.h"

struct progress;

/* NULL (which all others accept) when standard error is no terminal, or with -q or --json. */
struct progress *progress_new(struct silo *silo, const char *label);

/* Draws at most ten times a second; total 0 = unknown. */
void progress_update(struct progress *progress, int64_t done, int64_t total);

/* A word beside the bar, e.g. about a second try; or instead of it while waiting. */
void progress_note(struct progress *progress, const char *note);

/* Takes the line away, if one is shown; the next update shows it again. */
void progress_end(struct progress *progress);

#endif
