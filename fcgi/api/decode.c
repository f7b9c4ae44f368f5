/*
 * Percent-encoding and UTF-8, strictly.
 */
#include "config.h"
#include "api/decode.h"

#include <string.h>

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

const char *decode_percent(struct arena *arena, const char *text, size_t length, bool form)
{
	char *decoded = arena_take(arena, length + 1);
	size_t used = 0;

	for (size_t at = 0; at < length; at++) {
		char byte = text[at];

		if (byte == '%') {
			int high = at + 2 < length ? hex_digit(text[at + 1]) : -1;
			int low = at + 2 < length ? hex_digit(text[at + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			byte = (char)(high * 16 + low);
			at += 2;
		} else if (byte == '+' && form) {
			byte = ' ';
		}
		decoded[used++] = byte;
	}
	return utf8_length(decoded, used) < 0 ? NULL : decoded;
}

/* Bytes of the character at `text`, or 0: overlong forms and surrogates are no characters. */
static size_t character_size(const unsigned char *text, size_t left)
{
	unsigned char lead = text[0];
	size_t size = lead < 0x80   ? 1
	              : lead < 0xc2 ? 0
	              : lead < 0xe0 ? 2
	              : lead < 0xf0 ? 3
	              : lead < 0xf5 ? 4
	                            : 0;

	if (lead == 0 || size == 0 || size > left)
		return 0;
	for (size_t at = 1; at < size; at++)
		if ((text[at] & 0xc0) != 0x80)
			return 0;
	if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f) ||
	    (lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
		return 0;
	return size;
}

ptrdiff_t utf8_length(const char *text, size_t bytes)
{
	ptrdiff_t characters = 0;

	for (size_t at = 0; at < bytes; characters++) {
		size_t size = character_size((const unsigned char *)text + at, bytes - at);

		if (!size)
			return -1;
		at += size;
	}
	return characters;
}

size_t utf8_fault(const char *text, size_t bytes)
{
	size_t at = 0, size;

	while (at < bytes &&
	       (size = character_size((const unsigned char *)text + at, bytes - at)) > 0)
		at += size;
	return at;
}

bool is_local_path(const char *text)
{
	if (text[0] != '/' || text[1] == '/')
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f || *text == '\\')
			return false;
	return true;
}
