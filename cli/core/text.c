/*
 * Text: UTF-8 made safe for a terminal; times, durations and sizes as people write them.
 * Pure; knows no HTTP and no files.
 */
#include "config.h"

#include "core/text.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include "base/utf8.h"

char *text_printable(struct arena *arena, const char *text)
{
	size_t length = strlen(text);
	char *safe = arena_take(arena, length * 3 + 1);
	static const char stand_in[] = {'\xef', '\xbf', '\xbd'}; /* U+FFFD */
	size_t at = 0;

	for (size_t i = 0, used; i < length; i += used) {
		if (utf8_steers(utf8_character(text + i, length - i, &used))) {
			memcpy(safe + at, stand_in, sizeof stand_in);
			at += sizeof stand_in;
		} else {
			memcpy(safe + at, text + i, used);
			at += used;
		}
	}
	return safe;
}

/* Columns of one character; 0 for combining ones. */
static size_t character_columns(int32_t character)
{
	int columns = character < 0 ? 1 : wcwidth((wchar_t)character);

	return columns < 0 ? 1 : (size_t)columns;
}

size_t text_columns(const char *text)
{
	size_t length = strlen(text), columns = 0;

	for (size_t i = 0, used; i < length; i += used)
		columns += character_columns(utf8_character(text + i, length - i, &used));
	return columns;
}

char *text_fit(struct arena *arena, const char *text, size_t columns)
{
	size_t length = strlen(text), taken = 0, i = 0;

	if (text_columns(text) <= columns)
		return arena_copy(arena, text, length);
	while (i < length) {
		size_t used;
		size_t wide = character_columns(utf8_character(text + i, length - i, &used));

		if (taken + wide + 1 > columns)
			break;
		taken += wide;
		i += used;
	}
	return arena_print(arena, "%.*s…", (int)i, text);
}

time_t text_time(const char *rfc3339)
{
	struct tm parts = {0};
	const char *rest = rfc3339 ? strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &parts) : NULL;

	return rest == NULL ? (time_t)-1 : timegm(&parts);
}

char *text_when(struct arena *arena, time_t when, time_t now)
{
	struct tm then, today;
	const char *format = "%Y-%m-%d %H:%M";
	char text[64];

	if (localtime_r(&when, &then) == NULL || localtime_r(&now, &today) == NULL)
		return arena_print(arena, "?");
	if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday)
		format = "%H:%M";
	else if (when > now - 6 * 86400L && when < now + 6 * 86400L)
		format = "%a %H:%M";
	return arena_copy(arena, text, strftime(text, sizeof text, format, &then));
}

char *text_span(struct arena *arena, int64_t seconds)
{
	long long s = seconds < 0 ? 0 : (long long)seconds;

	if (s < 60)
		return arena_print(arena, "%lld s", s);
	if (s < 3600)
		return arena_print(arena, "%lld min", s / 60);
	if (s < 86400 && s % 3600 >= 60)
		return arena_print(arena, "%lld h %lld min", s / 3600, s % 3600 / 60);
	if (s < 86400)
		return arena_print(arena, "%lld h", s / 3600);
	if (s % 86400 >= 3600)
		return arena_print(arena, "%lld d %lld h", s / 86400, s % 86400 / 3600);
	return arena_print(arena, "%lld d", s / 86400);
}

/* Seconds of the unit, 0 when there is no such unit. */
static int64_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

int64_t text_duration(const char *text)
{
	const int64_t most = 3650LL * 86400;
	int64_t total = 0;

	if (*text == '\0')
		return -1;
	while (*text != '\0') {
		int64_t number = 0, unit;
		size_t digits = strspn(text, "0123456789");

		for (size_t i = 0; i < digits && number <= most; i++)
			number = number * 10 + (text[i] - '0');
		unit = unit_seconds(text[digits]);
		if (digits == 0 || unit == 0)
			return -1;
		if (number > most / unit)
			number = most / unit;
		total += number * unit;
		if (total > most)
			total = most;
		text += digits + 1;
	}
	return total;
}

char *text_size(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double size = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000)
		return arena_print(arena, "%lld B", (long long)bytes);
	while (size >= 1000 && unit < 3) {
		size /= 1000;
		unit++;
	}
	return arena_print(arena, "%.1f %s", size, units[unit]);
}

char *text_word(struct arena *arena, const char *text)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/+,:@%";
	size_t length = strlen(text), at = 0;
	char *word;
	bool quote = length == 0;

	/* Letters beyond ASCII mean nothing to a shell. */
	for (size_t i = 0; i < length && !quote; i++)
		quote = (unsigned char)text[i] < 0x80 && strchr(plain, text[i]) == NULL;
	if (!quote)
		return arena_copy(arena, text, length);
	word = arena_take(arena, length * 4 + 3);
	word[at++] = '\'';
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\'') {
			memcpy(word + at, "'\\''", 4);
			at += 4;
		} else {
			word[at++] = text[i];
		}
	}
	word[at++] = '\'';
	word[at] = '\0';
	return word;
}

char *text_folded(struct arena *arena, const char *text)
{
	char *folded = arena_print(arena, "%s", text);

	for (char *at = folded; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return folded;
}

char *text_encoded(struct arena *arena, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                            "0123456789-._~";
	size_t length = strlen(text), at = 0;
	char *encoded = arena_take(arena, length * 3 + 1);

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < 0x80 && strchr(plain, byte) != NULL) {
			encoded[at++] = (char)byte;
			continue;
		}
		encoded[at++] = '%';
		encoded[at++] = hex[byte >> 4];
		encoded[at++] = hex[byte & 15];
	}
	return encoded;
}
