/*
 * Parameters of header values.
 */
#include "config.h"
#include "http/disposition.h"

#include <string.h>
#include "http/decode.h"

static bool is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/*
 * A quoted-string.  A backslash escapes only a quote or a backslash: old browsers send whole
 * Windows paths with single backslashes, and "C:\parts\a.FCStd" must not become "C:partsa.FCStd".
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
	if (!from)
		return -1;
	*out++ = '\0';
	lower(scratch);
	from = skip_blanks(from);
	if (*from != '=')
		return -1;
	from = skip_blanks(from + 1);
	*value = out;
	from = *from == '"' ? read_quoted(from, &out) : read_token(from, &out);
	if (!from)
		return -1;
	*out = '\0';
	*at = from;
	return 1;
}

bool extended_decode(char *value)
{
	char *text, *out = value;

	/* The charset; RFC 8187 allows only UTF-8. */
	if ((value[0] | 0x20) != 'u' || (value[1] | 0x20) != 't' || (value[2] | 0x20) != 'f' ||
	    value[3] != '-' || value[4] != '8' || value[5] != '\'')
		return false;
	text = strchr(value + 6, '\''); /* after the language */
	if (!text)
		return false;
	for (text++; *text != '\0'; text++) {
		if (*text == '%') {
			int high = decode_hex(text[1]);
			int low = high < 0 ? -1 : decode_hex(text[2]);

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
