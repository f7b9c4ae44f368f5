/*
 * Origins of addresses: scheme, host and port, which decide who is shown the token.  Pure.
 */
#ifndef SILO_ORIGIN_H
#define SILO_ORIGIN_H

#include <stdbool.h>
#include "base/arena.h"

/* True when both have the same scheme, host and port: the condition for showing the token. */
bool origin_same(const char *one, const char *other);

/* The value of an Origin header for this address; NULL when it is none. */
char *origin_header(struct arena *arena, const char *url);

/* The absolute form of a Location header that came from `from`; NULL when it is none. */
char *origin_redirect(struct arena *arena, const char *from, const char *location);

#endif
