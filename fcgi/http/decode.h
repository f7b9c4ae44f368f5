/*
 * Small decoders for texts that clients send: percent-encoding, numbers; and UTF-8.
 */
#ifndef SILO_HTTP_DECODE_H
#define SILO_HTTP_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/utf8.h"

/*
 * Decodes once; `form`: '+' is a space.  NULL for a bad escape, a NUL or invalid UTF-8.
 */
const char *decode_percent(struct arena *arena, const char *text, size_t length, bool form);

/* An optional '-' and digits only, within the range. */
bool number_in_range(const char *text, int64_t least, int64_t most);

/*
 * A path on this site to go to after signing in: starts with one '/', no backslash, no control
 * character; "//host" and "https:" lead elsewhere.
 */
bool is_local_path(const char *text);

#endif
