/*
 * UTF-8, character by character, and the characters that steer what is shown.  Pure.
 */
#ifndef SILO_BASE_UTF8_H
#define SILO_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at the start of text and its length in bytes; -1 and 1 for a byte that is no
 * UTF-8 (overlong, a surrogate, above U+10FFFF, cut short).  length > 0.
 */
int32_t utf8_character(const char *text, size_t length, size_t *used);

/* True for characters that steer a terminal or hide what is shown: C0, C1, bidi, line ends. */
bool utf8_steers(int32_t character);

#endif
