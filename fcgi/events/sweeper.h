/*
 * Sweeps leftovers of dead uploads out of the vault, beside the loop.
 */
#ifndef SILO_EVENTS_SWEEPER_H
#define SILO_EVENTS_SWEEPER_H

#include "base/settings.h"

/* Starts a sweep unless one is under way; returns at once. */
void sweeper_start(const struct settings *settings);

#endif
