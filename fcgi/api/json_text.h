/*
 * What json-c 0.16 lets pass in its strict mode and the contract does not: see json_text.c.
 */
#ifndef SILO_API_JSON_TEXT_H
#define SILO_API_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True when nothing of that is in the text; *members is then the number of object members it
 * spells out.  Else *position is the byte where it is and *reason says what.
 */
bool json_text_is_strict(const char *text, size_t length, size_t *members, size_t *position,
                         const char **reason);

#endif
