/*
 * What a person sees: lines, colours, warnings, tables fitted to the terminal.  And the one way
 * in which --json leaves the program.  Knows no HTTP and no files.
 */
#ifndef SILO_OUTPUT_H
#define SILO_OUTPUT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include "core/silo.h"

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_BLUE, COLOUR_FAINT };

/* Says something done; silent with -q and --json.  The caller's strings are made printable. */
void output_say(struct silo *silo, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A warning on standard error, also with -q; with --json too. */
void output_warn(struct silo *silo, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Standard error, in red on a terminal. */
void output_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The failure noted last with its hints, on standard error; nothing when none was noted. */
void output_failure(struct silo *silo);

/* False when something could not be written to standard output; said unless it was a pipe. */
bool output_arrived(void);

/* The command's JSON document on standard output; takes ownership of value. */
void output_json(json_object *value);

/* The document {"name": value}; value stays the caller's. */
void output_json_member(const char *name, json_object *value);

/* One JSON object on one line, flushed: for streams.  Does not take ownership. */
void output_json_line(json_object *value);

/* True when a person looks at standard output. */
bool output_is_terminal(void);

/* Tables: columns are declared, cells added row by row, then shown. */
struct table;

/* Column titles, ended by NULL.  Lives in the arena. */
struct table *table_new(struct arena *arena, const char *const *titles);

/* The next cell; made printable here.  NULL is shown as "-". */
void table_cell(struct table *table, enum colour colour, const char *text);

/*
 * Shows it.  On a terminal the column `elastic` gives way when the lines are too long, then the
 * others from the right; elsewhere nothing is cut.
 */
void table_show(const struct table *table, size_t elastic);

#endif
