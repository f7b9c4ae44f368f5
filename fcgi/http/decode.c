/*
 * Percent-encoding, strictly.
 */
#include "config.h"
#include "http/decode.h"

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

bool is_local_path(const char *text)
{
	if (text[0] != '/' || text[1] == '/')
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f || *text == '\\')
			return false;
	return true;
}
