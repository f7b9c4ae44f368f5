/*
 * JSON as in RFC 8259, and nothing more.  Servers and command line read every text through here, so
 * the version of json-c makes no difference.  Knows nothing of what the values mean.
 */
#ifndef SILO_BASE_JSON_TEXT_H
#define SILO_BASE_JSON_TEXT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* At most so many objects and arrays inside each other. */
enum { JSON_LEVELS = 32 };

struct json_fault {
	size_t position; /* of the first wrong byte; equal to the length: the text ends early */
	const char *reason;
};

/*
 * Reads one value with only blanks around it.  Refuses some valid JSON too: invalid UTF-8, NUL
 * characters, halves of surrogate pairs, two members of one name, more than JSON_LEVELS.  *value
 * belongs to the caller (json_object_put) and is NULL for null.  False: *fault says why.  The text
 * needs no NUL at its end.
 *
 * Whole numbers beyond 64 bits come back as the nearest that fits: judge them where they matter.
 */
bool json_read(const char *text, size_t length, json_object **value, struct json_fault *fault);

#endif
