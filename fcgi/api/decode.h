/*
 * Small decoders for texts that clients send: percent-encoding, UTF-8, numbers.
 */
#ifndef SILO_API_DECODE_H
#define SILO_API_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

/*
 * Decodes once; `form`: '+' is a space.  NULL for a bad escape, a NUL or invalid UTF-8.
 */
const char *decode_percent(struct arena *arena, const char *text, size_t length, bool form);

/* Characters (not bytes) of a valid UTF-8 text; -1 when it is not valid or holds a NUL. */
ptrdiff_t utf8_length(const char *text, size_t bytes);

/* The first byte that makes utf8_length say -1; `bytes` when none does. */
size_t utf8_fault(const char *text, size_t bytes);

/* An optional '-' and digits only, within the range. */
bool number_in_range(const char *text, int64_t least, int64_t most);

/*
 * A path on this site to go to after signing in: starts with one '/', no backslash, no control
 * character; "//host" and "https:" lead elsewhere.
 */
bool is_local_path(const char *text);

#endif
