/*
 * A look over a JSON text before json-c parses it.  No parser: it only finds what json-c accepts
 * although RFC 8259 or the contract does not (tried with 0.16): single quotes, NaN and Infinity,
 * "1.", raw control characters, \u0000 and halves of surrogate pairs in strings, overlong UTF-8. It
 * also counts the members, because json-c silently keeps the last of two with one name.
 */
#include "config.h"
#include "api/json_text.h"
#include "api/decode.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

enum { ESCAPE = 6 /* bytes of \uXXXX */ };

/* What the escape \uXXXX there stands for, or -1 when there is none. */
static long code_unit(const char *text, size_t length, size_t at)
{
	char digits[5] = {0};

	if (length - at < ESCAPE || text[at] != '\\' || text[at + 1] != 'u')
		return -1;
	memcpy(digits, text + at + 2, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	return strtol(digits, NULL, 16);
}

/*
 * Looks at one byte inside a string; *at moves past an escape.  RFC 8259, section 7: a character
 * beyond U+FFFF is a pair of escapes; json-c makes U+FFFD of half a pair.
 */
static const char *odd_in_string(const char *text, size_t length, size_t *at)
{
	long unit, low;

	if ((unsigned char)text[*at] < ' ')
		return "a control character in a string";
	if (text[*at] != '\\')
		return NULL;
	unit = code_unit(text, length, *at);
	if (unit == 0)
		return "a NUL character";
	if (unit >= 0xd800 && unit <= 0xdfff) {
		low = unit < 0xdc00 ? code_unit(text, length, *at + ESCAPE) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return "half a surrogate pair";
		*at += ESCAPE;
	}
	if (*at + 1 < length)
		(*at)++;
	return NULL;
}

static const char *odd_outside(const char *text, size_t length, size_t at)
{
	if (strchr("'NI", text[at]))
		return "an unexpected character";
	if (text[at] == '.' && (at + 1 == length || !is_digit(text[at + 1])))
		return "a number that ends in a point";
	return NULL;
}

bool json_text_is_strict(const char *text, size_t length, size_t *members, size_t *position,
                         const char **reason)
{
	bool in_string = false;

	*members = 0;
	*reason = NULL;
	for (size_t at = 0; at < length; at++) {
		*position = at;
		if (text[at] == '\0')
			*reason = "a NUL character";
		else if (text[at] == '"')
			in_string = !in_string;
		else if (in_string)
			*reason = odd_in_string(text, length, &at);
		else
			*reason = odd_outside(text, length, at);
		if (*reason)
			return false;
		if (!in_string && text[at] == ':')
			(*members)++;
	}
	*position = utf8_fault(text, length);
	if (*position < length)
		*reason = "invalid UTF-8";
	return !*reason;
}
