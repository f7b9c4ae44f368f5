/*
 * Text: UTF-8 as it comes from a server, made safe for a terminal; times and durations as people
 * write them; words for a shell.  Pure; knows no HTTP and no files.
 */
#ifndef SILO_TEXT_H
#define SILO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "base/arena.h"

/* A copy in which whatever steers a terminal, or is no UTF-8, is shown as U+FFFD. */
char *text_printable(struct arena *arena, const char *text);

/* Columns that printable text takes on a terminal. */
size_t text_columns(const char *text);

/* At most `columns` columns of printable text, ended by … when cut. */
char *text_fit(struct arena *arena, const char *text, size_t columns);

/* Seconds since 1970 of an RFC 3339 time in UTC; -1 when it is none. */
time_t text_time(const char *rfc3339);

/* "14:05" today, "Mon 14:05" within six days, "2026-11-24 14:05" else; local time. */
char *text_when(struct arena *arena, time_t when, time_t now);

/* "45 s", "12 min", "3 h 20 min", "4 d": the two largest units. */
char *text_span(struct arena *arena, int64_t seconds);

/* Seconds of "90s", "45m", "8h", "2d", "1h30m", ten years at the most; -1 when it is none. */
int64_t text_duration(const char *text);

/* "4.2 MB". */
char *text_size(struct arena *arena, int64_t bytes);

/* As one word of a shell command: in single quotes if a shell would read it otherwise. */
char *text_word(struct arena *arena, const char *text);

/* With small letters for A to Z: part numbers are compared without regard to case. */
char *text_folded(struct arena *arena, const char *text);

/* Percent-encoded for one part of a path or a query value. */
char *text_encoded(struct arena *arena, const char *text);

#endif
