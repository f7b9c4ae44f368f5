/*
 * UTF-8, character by character, and the characters that control how text is shown.  Pure.
 */
#ifndef SILO_BASE_UTF8_H
#define SILO_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at the start of the text and its length in bytes; -1 and 1 for a byte that is not
 * UTF-8 (overlong, a surrogate, above U+10FFFF, cut short). length > 0.
 */
int32_t utf8_character(const char *text, size_t length, size_t *used);

/* Characters (not bytes) of a valid text; -1 if it is not valid or contains a NUL. */
ptrdiff_t utf8_length(const char *text, size_t bytes);

/* The first byte for which utf8_length returns -1; `bytes` if there is none. */
size_t utf8_fault(const char *text, size_t bytes);

/* True for characters that control a terminal or hide text: C0, C1, bidi, line ends. */
bool utf8_steers(int32_t character);

#endif
