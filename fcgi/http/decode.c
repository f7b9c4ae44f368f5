/*
 * Percent-encoding, pairs and numbers, strictly.
 */
#include "config.h"
#include "http/decode.h"
#include "base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int decode_hex(char digit)
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
			int high = at + 2 < length ? decode_hex(text[at + 1]) : -1;
			int low = at + 2 < length ? decode_hex(text[at + 2]) : -1;

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

bool number_in_range(const char *text, int64_t least, int64_t most)
{
	const char *digits = *text == '-' ? text + 1 : text;
	size_t length = strlen(digits);
	intmax_t number;

	if (length == 0 || length > 19 || strspn(digits, "0123456789") != length)
		return false;
	errno = 0;
	number = strtoimax(text, NULL, 10);
	return !errno && number >= least && number <= most;
}

/* One "name=value"; without "=" the value is empty. */
static bool decode_pair(struct arena *arena, const char *part, size_t length, struct pair *pair)
{
	const char *equals = memchr(part, '=', length);
	size_t name_length = equals ? (size_t)(equals - part) : length;

	pair->name = decode_percent(arena, part, name_length, true);
	pair->value =
	    equals ? decode_percent(arena, equals + 1, length - name_length - 1, true) : "";
	return pair->name && pair->value;
}

bool decode_pairs(struct arena *arena, const char *text, size_t length, struct pair *pairs,
                  size_t most, size_t *count)
{
	*count = 0;
	for (size_t at = 0, own; at < length; at += own + 1) {
		const char *end = memchr(text + at, '&', length - at);

		own = end ? (size_t)(end - (text + at)) : length - at;
		if (own == 0)
			continue;
		if (*count == most || !decode_pair(arena, text + at, own, &pairs[(*count)++]))
			return false;
	}
	return true;
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
