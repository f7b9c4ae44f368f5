/*
 * JSON as it comes from a server or a file: parsed with care, its members read by type, so that no
 * other type is taken for the one that was expected.  Pure; knows no HTTP.
 */
#ifndef SILO_MEMBERS_H
#define SILO_MEMBERS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/* Parses a text: an object, or NULL.  Depth and syntax are checked.  Pure. */
json_object *members_parse(const char *text, size_t length);

/* Members of an object, of the right type or the stated default. */
const char *member_text(json_object *object, const char *name); /* NULL when absent or no text */
int64_t member_number(json_object *object, const char *name, int64_t otherwise);
json_object *member_object(json_object *object, const char *name); /* NULL when absent or none */
json_object *member_array(json_object *object, const char *name);  /* NULL when absent or none */

/* A list of words as a JSON array; the caller owns it. */
json_object *members_array(char **words, int count);

#endif
