/*
 * UTF-8, character by character, and the characters that control how text is shown.  Pure.
 */
#include "config.h"

#include "base/utf8.h"

/* The length of a UTF-8 sequence that starts with `first`; 0 if it can't start one. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

int32_t utf8_character(const char *text, size_t length, size_t *used)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	size_t want = sequence_length(first);
	int32_t character;

	*used = 1;
	if (want == 1)
		return first;
	if (want == 0 || want > length)
		return -1;
	character = first & (0x7f >> want);
	for (size_t i = 1; i < want; i++) {
		unsigned char next = (unsigned char)text[i];

		if ((next & 0xc0) != 0x80)
			return -1;
		character = character << 6 | (next & 0x3f);
	}
	if (character < least[want] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return -1;
	*used = want;
	return character;
}

size_t utf8_fault(const char *text, size_t bytes)
{
	size_t at = 0, used;

	while (at < bytes && utf8_character(text + at, bytes - at, &used) > 0)
		at += used;
	return at;
}

ptrdiff_t utf8_length(const char *text, size_t bytes)
{
	ptrdiff_t characters = 0;
	size_t used;

	for (size_t at = 0; at < bytes; at += used, characters++)
		if (utf8_character(text + at, bytes - at, &used) <= 0)
			return -1;
	return characters;
}

bool utf8_steers(int32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	       (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
	       character == 0x061c;
}
