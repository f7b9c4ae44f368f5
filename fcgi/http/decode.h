/*
 * Small decoders for text from clients: percent-encoding, pairs, numbers.
 */
#ifndef SILO_HTTP_DECODE_H
#define SILO_HTTP_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

/* The value of a hexadecimal digit, or -1. */
int decode_hex(char digit);

/*
 * Decodes once; `form`: '+' is a space.  NULL for a bad escape, a NUL or invalid UTF-8.
 */
const char *decode_percent(struct arena *arena, const char *text, size_t length, bool form);

struct pair {
	const char *name, *value;
};

/*
 * `name=value` pairs with '&' between them, as in a query or a form; empty ones are skipped.  False
 * for more than `most`, or for one that decode_percent refuses.
 */
bool decode_pairs(struct arena *arena, const char *text, size_t length, struct pair *pairs,
                  size_t most, size_t *count);

/* An optional '-' and digits only, within the range. */
bool number_in_range(const char *text, int64_t least, int64_t most);

/*
 * A path on this site to redirect to after signing in: starts with one '/', has no backslash and no
 * control character; "//host" and "https:" would lead elsewhere.
 */
bool is_local_path(const char *text);

#endif
