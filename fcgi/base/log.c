/*
 * logfmt lines on standard error.  Each line is built completely and written by one write(), so the
 * lines of many workers never mix.
 */
#include "config.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *sender = "silo";
static enum log_level threshold = LOG_LEVEL_INFO;
static const char *const level_names[] = {"debug", "info", "warning", "error"};

void log_open(const char *program, enum log_level least)
{
	sender = program;
	threshold = least;
}

enum log_level log_level_named(const char *name)
{
	for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
		if (strcmp(level_names[i], name) == 0)
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

static bool is_plain(const char *value)
{
	if (!*value)
		return false;
	for (; *value; value++)
		if ((unsigned char)*value <= ' ' || (unsigned char)*value >= 0x7f ||
		    strchr("\"\\=", *value))
			return false;
	return true;
}

/* Quotes whatever could end a value or a line; bytes above ASCII pass (UTF-8). */
static void put_value(FILE *line, const char *value)
{
	if (!value) {
		fputc('-', line);
		return;
	}
	if (is_plain(value)) {
		fputs(value, line);
		return;
	}
	fputc('"', line);
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte == '"' || byte == '\\')
			fprintf(line, "\\%c", byte);
		else if (byte == '\n')
			fputs("\\n", line);
		else if (byte < ' ' || byte == 0x7f)
			fprintf(line, "\\x%02x", byte);
		else
			fputc(byte, line);
	}
	fputc('"', line);
}

static void put_head(FILE *line, enum log_level level, const char *event)
{
	struct timespec now;
	struct tm utc;
	char seconds[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
	fprintf(line, "time=%s.%06ldZ level=%s program=%s pid=%ld event=", seconds,
	        now.tv_nsec / 1000, level_names[level], sender, (long)getpid());
	put_value(line, event);
}

void log_event(enum log_level level, const char *event, ...)
{
	char *bytes = NULL;
	size_t length = 0;
	const char *key;
	va_list pairs;
	FILE *line;

	if (level < threshold)
		return;
	line = open_memstream(&bytes, &length);
	if (!line)
		return;
	put_head(line, level, event);
	va_start(pairs, event);
	while ((key = va_arg(pairs, const char *))) {
		fprintf(line, " %s=", key);
		put_value(line, va_arg(pairs, const char *));
	}
	va_end(pairs);
	fputc('\n', line);
	if (fclose(line) == 0) {
		/* A full or closed standard error is no reason to stop serving. */
		ssize_t written = write(STDERR_FILENO, bytes, length);

		(void)written;
	}
	free(bytes);
}
