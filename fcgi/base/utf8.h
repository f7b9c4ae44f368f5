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

/* Characters (not bytes) of a valid text; -1 when it is not valid or holds a NUL. */
ptrdiff_t utf8_length(const char *text, size_t bytes);

/* The first byte that makes utf8_length say -1; `bytes` when none does. */
size_t utf8_fault(const char *text, size_t bytes);

/* True for characters that steer a terminal or hide what is shown: C0, C1, bidi, line ends. */
bool utf8_steers(int32_t character);

#endif
