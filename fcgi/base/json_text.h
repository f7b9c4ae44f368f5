/*
 * JSON as RFC 8259 has it, and no more: servers and command line read every text through here, so
 * that the version of json-c makes no difference.  Knows nothing of what the values mean.
 */
#ifndef SILO_BASE_JSON_TEXT_H
#define SILO_BASE_JSON_TEXT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Objects and arrays within each other, at most. */
enum { JSON_LEVELS = 32 };

struct json_fault {
	size_t
	    position; /* of the first byte that can't be there; the length: the text ends early */
	const char *reason;
};

/*
 * Reads one value with nothing but blanks around it.  Also refused, though JSON: invalid UTF-8, NUL
 * characters, halves of surrogate pairs, two members of one name, more than JSON_LEVELS.  *value
 * belongs to the caller (json_object_put) and is NULL for null.  False: *fault says why.  The text
 * needs no NUL at its end.
 *
 * Whole numbers beyond 64 bits come back as the nearest that fits: judge them where they matter.
 */
bool json_read(const char *text, size_t length, json_object **value, struct json_fault *fault);

#endif
