/*
 * A scanner that follows the grammar of RFC 8259, before json-c makes the values. json-c can't
 * judge: by default it takes comments, single quotes, NaN, "1." and raw control characters; its
 * strict mode still takes some of these in 0.16, and in 0.18 refuses good JSON, such as any
 * character beyond ASCII that isn't escaped.
 */
#include "config.h"
#include "base/json_text.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *text;
	size_t length;
	size_t at;      /* the byte to look at next */
	size_t members; /* of all objects so far */
	struct json_fault *fault;
};

static bool value(struct scan *scan, int level);

static bool fault(struct scan *scan, const char *reason)
{
	scan->fault->position = scan->at;
	scan->fault->reason = scan->at < scan->length ? reason : "the text ends too early";
	return false;
}

/* The next byte, or 0 at the end; a NUL in the text is refused earlier. */
static char next(const struct scan *scan)
{
	if (scan->at == scan->length)
		return '\0';
	return scan->text[scan->at];
}

static bool take(struct scan *scan, char byte)
{
	if (next(scan) != byte)
		return false;
	scan->at++;
	return true;
}

static void blanks(struct scan *scan)
{
	while (take(scan, ' ') || take(scan, '\t') || take(scan, '\n') || take(scan, '\r'))
		;
}

static bool digits(struct scan *scan)
{
	size_t from = scan->at;

	while (next(scan) >= '0' && next(scan) <= '9')
		scan->at++;
	return scan->at > from || fault(scan, "a digit is expected");
}

static bool number(struct scan *scan)
{
	take(scan, '-');
	if (!take(scan, '0') && !digits(scan))
		return false;
	if (take(scan, '.') && !digits(scan))
		return false;
	if (take(scan, 'e') || take(scan, 'E')) {
		if (!take(scan, '+'))
			take(scan, '-');
		return digits(scan);
	}
	return true;
}

/* The value of the escape \uXXXX there, or -1 if there is none. */
static long code_unit(const struct scan *scan, size_t at)
{
	char hex[5] = {0};

	if (scan->length - at < 6 || scan->text[at] != '\\' || scan->text[at + 1] != 'u')
		return -1;
	memcpy(hex, scan->text + at + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? strtol(hex, NULL, 16) : -1;
}

/*
 * Section 7: a character beyond U+FFFF is a pair of escapes; json-c turns half a pair into U+FFFD.
 */
static bool escape(struct scan *scan)
{
	long unit = code_unit(scan, scan->at), low = -1;

	if (unit < 0) {
		scan->at++;
		if (next(scan) == '\0' || !strchr("\"\\/bfnrt", next(scan)))
			return fault(scan, "an escape that JSON doesn't know");
		scan->at++;
		return true;
	}
	if (unit == 0)
		return fault(scan, "a NUL character");
	if (unit >= 0xd800 && unit <= 0xdfff) {
		if (unit < 0xdc00)
			low = code_unit(scan, scan->at + 6);
		if (low < 0xdc00 || low > 0xdfff)
			return fault(scan, "half a surrogate pair");
		scan->at += 6;
	}
	scan->at += 6;
	return true;
}

static bool string(struct scan *scan)
{
	if (!take(scan, '"'))
		return fault(scan, "a string in double quotes is expected");
	while (!take(scan, '"')) {
		if ((unsigned char)next(scan) < ' ')
			return fault(scan, "a control character in a string");
		if (next(scan) != '\\')
			scan->at++;
		else if (!escape(scan))
			return false;
	}
	return true;
}

static bool literal(struct scan *scan, const char *word)
{
	for (; *word; word++)
		if (!take(scan, *word))
			return fault(scan, "an unexpected character");
	return true;
}

static bool object(struct scan *scan, int level)
{
	blanks(scan);
	if (take(scan, '}'))
		return true;
	do {
		blanks(scan);
		if (!string(scan))
			return false;
		blanks(scan);
		if (!take(scan, ':'))
			return fault(scan, "a colon is expected");
		if (!value(scan, level))
			return false;
		scan->members++;
	} while (take(scan, ','));
	return take(scan, '}') || fault(scan, "a comma or a closing brace is expected");
}

static bool array(struct scan *scan, int level)
{
	blanks(scan);
	if (take(scan, ']'))
		return true;
	do
		if (!value(scan, level))
			return false;
	while (take(scan, ','));
	return take(scan, ']') || fault(scan, "a comma or a closing bracket is expected");
}

static bool bare_value(struct scan *scan, int level)
{
	char first = next(scan);

	if ((first == '{' || first == '[') && level == JSON_LEVELS)
		return fault(scan, "too many levels");
	if (take(scan, '{'))
		return object(scan, level + 1);
	if (take(scan, '['))
		return array(scan, level + 1);
	if (first == '"')
		return string(scan);
	if (first == 't')
		return literal(scan, "true");
	if (first == 'f')
		return literal(scan, "false");
	if (first == 'n')
		return literal(scan, "null");
	if (first == '-' || (first >= '0' && first <= '9'))
		return number(scan);
	return fault(scan, "an unexpected character");
}

/* Recursive, `level` deep: at most JSON_LEVELS times. */
static bool value(struct scan *scan, int level)
{
	blanks(scan);
	if (!bare_value(scan, level))
		return false;
	blanks(scan);
	return true;
}

static bool text_is_valid(struct scan *scan)
{
	scan->at = utf8_fault(scan->text, scan->length);
	if (scan->at < scan->length)
		return fault(scan, next(scan) == '\0' ? "a NUL character" : "invalid UTF-8");
	scan->at = 0;
	return value(scan, 0) &&
	       (scan->at == scan->length || fault(scan, "more text after the value"));
}

/* Members of all objects in the value, after json-c has merged those of one name. */
static size_t count_members(json_object *of)
{
	size_t count = 0;

	if (json_object_is_type(of, json_type_object)) {
		json_object_object_foreach(of, name, member)
		{
			(void)name;
			count += 1 + count_members(member);
		}
	} else if (json_object_is_type(of, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(of); i++)
			count += count_members(json_object_array_get_idx(of, i));
	}
	return count;
}

/* False if json-c can't, which should never happen: it reads whatever passes the scanner. */
static bool make_value(const char *text, size_t length, json_object **made)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_LEVELS + 2);
	enum json_tokener_error error = json_tokener_error_size;

	if (tokener) {
		*made = json_tokener_parse_ex(tokener, text, (int)length);
		/* A number alone ends where json-c sees a NUL. */
		if (json_tokener_get_error(tokener) == json_tokener_continue)
			*made = json_tokener_parse_ex(tokener, "", 1);
		error = json_tokener_get_error(tokener);
		json_tokener_free(tokener);
	}
	return error == json_tokener_success;
}

bool json_read(const char *text, size_t length, json_object **made, struct json_fault *why)
{
	struct scan scan = {.text = text, .length = length, .fault = why};

	*made = NULL;
	if (length >= INT_MAX) {
		*why = (struct json_fault){INT_MAX, "too long a text"};
		return false;
	}
	if (!text_is_valid(&scan))
		return false;
	why->position = length;
	why->reason = NULL;
	if (!make_value(text, length, made))
		why->reason = "json-c can't read it";
	else if (count_members(*made) != scan.members)
		why->reason = "two members of one name";
	if (!why->reason)
		return true;
	json_object_put(*made);
	*made = NULL;
	return false;
}
