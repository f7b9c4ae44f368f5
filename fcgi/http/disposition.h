/*
 * Header values with parameters, as in the parts of form-data:
 * `form-data; name="file"; filename="a\"b.FCStd"; filename*=UTF-8''a%22b.FCStd`
 * (RFC 2183, 5987, 6266, 7578).  Text in, text out; no streams.
 */
#ifndef SILO_HTTP_DISPOSITION_H
#define SILO_HTTP_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads `; name=value` pairs one by one.  *at advances. 1: a pair; `name` is in lower case, the
 * value unquoted, both stored in `scratch`, which must have strlen(*at) + 2 bytes; each pair
 * overwrites the one before. 0: the end. -1: malformed.
 */
int parameter_next(const char **at, char *scratch, const char **name, const char **value);

/* Decodes UTF-8''percent%20encoded in place; false if it is anything else or contains %00. */
bool extended_decode(char *value);

#endif
