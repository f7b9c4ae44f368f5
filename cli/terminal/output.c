/*
 * What a person sees: lines, colours, warnings.  And the one way in which --json leaves the
 * program.  Knows no HTTP and no files.
 */
#include "config.h"

#include "terminal/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/utf8.h"
#include "core/text.h"

/* Colour only where a person looks, and never against their wish. */
static bool colour_wanted(int descriptor)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return (no == NULL || *no == '\0') && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
	       isatty(descriptor);
}

bool output_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

/* Formats and writes with whatever steers a terminal taken out, except line ends. */
static void write_safely(FILE *stream, const char *format, va_list arguments)
{
	char *text = NULL;
	int length = vasprintf(&text, format, arguments);

	for (size_t i = 0, used; length > 0 && i < (size_t)length; i += used) {
		int32_t character = utf8_character(text + i, (size_t)length - i, &used);

		if (character != '\n' && utf8_steers(character))
			fputs("\xef\xbf\xbd", stream);
		else
			fwrite(text + i, 1, used, stream);
	}
	if (length >= 0)
		free(text);
}

void output_say(struct silo *silo, const char *format, ...)
{
	va_list arguments;

	if (silo->quiet || silo->json)
		return;
	va_start(arguments, format);
	write_safely(stdout, format, arguments);
	va_end(arguments);
	fflush(stdout);
}

void output_warn(struct silo *silo, const char *format, ...)
{
	bool colour = colour_wanted(STDERR_FILENO);
	va_list arguments;

	(void)silo;
	fflush(stdout);
	fputs(colour ? "\033[33mwarning:\033[0m " : "warning: ", stderr);
	va_start(arguments, format);
	write_safely(stderr, format, arguments);
	va_end(arguments);
}

void output_error(const char *format, ...)
{
	bool colour = colour_wanted(STDERR_FILENO);
	va_list arguments;

	fflush(stdout);
	if (colour)
		fputs("\033[31m", stderr);
	va_start(arguments, format);
	write_safely(stderr, format, arguments);
	va_end(arguments);
	if (colour)
		fputs("\033[0m", stderr);
}

bool output_arrived(void)
{
	struct stat facts;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	/* The reader of a pipe may leave when it has seen enough, as head does. */
	if (fstat(STDOUT_FILENO, &facts) != 0 || !S_ISFIFO(facts.st_mode))
		output_error("silo: can't write to standard output\n");
	return false;
}

void output_json(json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
	                                               JSON_C_TO_STRING_SPACED |
	                                               JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

void output_json_member(const char *name, json_object *value)
{
	json_object *document = json_object_new_object();

	json_object_object_add(document, name, json_object_get(value));
	output_json(document);
}

void output_json_line(json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
	                                               JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
}

void output_failure(struct silo *silo)
{
	const char *hint = silo->failure.hints;

	if (silo->failure.message == NULL)
		return;
	output_error("silo: %s\n", text_printable(silo->arena, silo->failure.message));
	while (hint != NULL && *hint != '\0') {
		size_t length = strcspn(hint, "\n");
		char *line = arena_copy(silo->arena, hint, length);

		output_error("  → %s\n", text_printable(silo->arena, line));
		hint += length + (hint[length] == '\n');
	}
}
