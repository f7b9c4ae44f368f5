/*
 * Parameters of header values, and names of files.
 */
#include "config.h"
#include "api/disposition.h"

#include <string.h>

static bool is_token(char c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?={}", c) == NULL;
}

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/*
 * A quoted-string.  A backslash escapes only a quote or a backslash: browsers of old send whole
 * Windows paths with single ones, and "C:\parts\a.FCStd" must not become "C:partsa.FCStd".
 */
static const char *read_quoted(const char *at, char **out)
{
	for (at++; *at != '"'; at++) {
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		if (*at == '\0')
			return NULL;
		*(*out)++ = *at;
	}
	return at + 1;
}

static const char *read_token(const char *at, char **out)
{
	const char *from = at;

	while (is_token(*at))
		*(*out)++ = *at++;
	return at == from ? NULL : at;
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + ('a' - 'A'));
}

int parameter_next(const char **at, char *scratch, const char **name, const char **value)
{
	const char *from = skip_blanks(*at);
	char *out = scratch;

	while (*from == ';')
		from = skip_blanks(from + 1);
	if (*from == '\0') {
		*at = from;
		return 0;
	}
	if (from == skip_blanks(*at)) /* no semicolon before it */
		return -1;
	*name = out;
	from = read_token(from, &out);
	if (from == NULL)
		return -1;
	*out++ = '\0';
	lower(scratch);
	from = skip_blanks(from);
	if (*from != '=')
		return -1;
	from = skip_blanks(from + 1);
	*value = out;
	from = *from == '"' ? read_quoted(from, &out) : read_token(from, &out);
	if (from == NULL)
		return -1;
	*out = '\0';
	*at = from;
	return 1;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool extended_decode(char *value)
{
	char *text, *out = value;

	/* The charset; RFC 8187 leaves UTF-8 alone. */
	if ((value[0] | 0x20) != 'u' || (value[1] | 0x20) != 't' || (value[2] | 0x20) != 'f' ||
	    value[3] != '-' || value[4] != '8' || value[5] != '\'')
		return false;
	text = strchr(value + 6, '\''); /* after the language */
	if (text == NULL)
		return false;
	for (text++; *text != '\0'; text++) {
		if (*text == '%') {
			int high = hex_digit(text[1]);
			int low = high < 0 ? -1 : hex_digit(text[2]);

			if (low < 0 || high + low == 0)
				return false;
			*out++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	return true;
}

/* Bytes of the UTF-8 sequence at `at`, of which `left` are there; 0 when it is none. */
static size_t sequence(const unsigned char *at, size_t left)
{
	static const unsigned char least[] = {0, 0, 0x80, 0xa0, 0x90};
	size_t size, i;
	unsigned char c = at[0];

	if (c < 0x80)
		return c != 0;
	size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || size > left)
		return 0;
	for (i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong, surrogates (U+D800 …), above U+10FFFF: seen in the second byte. */
	if ((c == 0xe0 || c == 0xf0) && at[1] < least[size])
		return 0;
	if ((c == 0xed && at[1] > 0x9f) || (c == 0xf4 && at[1] > 0x8f))
		return 0;
	return size;
}

bool utf8_is_valid(const char *text, size_t length)
{
	size_t size;

	while (length > 0) {
		size = sequence((const unsigned char *)text, length);
		if (size == 0)
			return false;
		text += size;
		length -= size;
	}
	return true;
}

/* C0, DEL and C1 (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F). */
static bool has_control(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < length && (unsigned char)text[i + 1] < 0xa0)
			return true;
	}
	return false;
}

const char *filename_clean(const char *sent, size_t length)
{
	const char *name = sent + length;

	if (!utf8_is_valid(sent, length) || has_control(sent, length))
		return NULL;
	while (name > sent && name[-1] != '/' && name[-1] != '\\')
		name--;
	length -= (size_t)(name - sent);
	if (length == 0 || length > FILENAME_MAXIMUM || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return NULL;
	return name;
}
