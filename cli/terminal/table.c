/*
 * Tables for people: columns as wide as their widest cell, fitted to the terminal.
 * Knows no meaning of what it shows.
 */
#include "config.h"

#include "terminal/output.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/text.h"

enum { COLUMNS_MOST = 12, GAP = 2, SHORT_WIDTH = 8, LEAST_WIDTH = 4 };

struct cell {
	struct cell *next;
	char *text;
	enum colour colour;
};

struct table {
	struct arena *arena;
	size_t columns;
	const char *titles[COLUMNS_MOST];
	size_t widths[COLUMNS_MOST];
	size_t count;
	struct cell *first;
	struct cell **last;
};

struct table *table_new(struct arena *arena, const char *const *titles)
{
	struct table *table = arena_take(arena, sizeof *table);

	table->arena = arena;
	table->last = &table->first;
	while (table->columns < COLUMNS_MOST && titles[table->columns] != NULL) {
		table->titles[table->columns] = titles[table->columns];
		table->widths[table->columns] = text_columns(titles[table->columns]);
		table->columns++;
	}
	return table;
}

void table_cell(struct table *table, enum colour colour, const char *text)
{
	struct cell *cell = arena_take(table->arena, sizeof *cell);
	size_t column = table->count++ % table->columns, columns;

	cell->text = text_printable(table->arena, text ? text : "-");
	cell->colour = colour;
	columns = text_columns(cell->text);
	if (columns > table->widths[column])
		table->widths[column] = columns;
	*table->last = cell;
	table->last = &cell->next;
}

/* Columns of the terminal; no limit elsewhere. */
static size_t terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* Takes up to `excess` columns from one column, leaving it readable; returns what is left of it. */
static size_t narrow(size_t *width, size_t least, size_t excess)
{
	size_t can = *width > least ? *width - least : 0;
	size_t take = can < excess ? can : excess;

	*width -= take;
	return excess - take;
}

/* The widest column, the last one of several. */
static size_t widest(const size_t *widths, size_t columns)
{
	size_t found = 0;

	for (size_t i = 1; i < columns; i++)
		if (widths[i] >= widths[found])
			found = i;
	return found;
}

/* Fits the widths to the terminal. */
static void fit(const struct table *table, size_t *widths, size_t elastic)
{
	size_t available = terminal_columns(), total = 0, excess;

	for (size_t i = 0; i < table->columns; i++) {
		widths[i] = table->widths[i];
		total += widths[i] + (i + 1 < table->columns ? GAP : 0);
	}
	excess = total > available ? total - available : 0;
	if (elastic < table->columns)
		excess = narrow(&widths[elastic], 12, excess);
	/* Then the widest, again and again: part numbers, short as they are, stay whole. */
	for (size_t i; excess > 0; excess--) {
		i = widest(widths, table->columns);
		if (widths[i] <= SHORT_WIDTH)
			break;
		widths[i]--;
	}
	for (size_t i = table->columns; i-- > 0 && excess > 0;)
		excess = narrow(&widths[i], LEAST_WIDTH, excess);
}

/* The escape sequence of a colour, "" where none is wanted. */
static const char *colour_start(enum colour colour)
{
	static const char *const starts[] = {
	    [COLOUR_NONE] = "",           [COLOUR_RED] = "\033[31m",  [COLOUR_GREEN] = "\033[32m",
	    [COLOUR_YELLOW] = "\033[33m", [COLOUR_BLUE] = "\033[34m", [COLOUR_FAINT] = "\033[2m",
	};
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if ((no != NULL && *no != '\0') || terminal == NULL || strcmp(terminal, "dumb") == 0 ||
	    !isatty(STDOUT_FILENO))
		return "";
	return starts[colour];
}

/* One cell, padded unless it is the last of its line. */
static void show_cell(const struct table *table, const char *text, enum colour colour, size_t width,
                      bool last)
{
	const char *fitted = text_fit(table->arena, text, width);
	const char *start = colour_start(colour);
	size_t columns = text_columns(fitted);

	printf("%s%s%s", start, fitted, *start ? "\033[0m" : "");
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(width - (columns < width ? columns : width) + GAP), "");
}

void table_show(const struct table *table, size_t elastic)
{
	size_t widths[COLUMNS_MOST] = {0};
	size_t column = 0;

	if (table->count == 0 || table->columns == 0)
		return;
	fit(table, widths, elastic);
	for (size_t i = 0; i < table->columns; i++)
		show_cell(table, table->titles[i], COLOUR_FAINT, widths[i],
		          i + 1 == table->columns);
	for (const struct cell *cell = table->first; cell != NULL; cell = cell->next) {
		show_cell(table, cell->text, cell->colour, widths[column],
		          column + 1 == table->columns);
		column = (column + 1) % table->columns;
	}
	fflush(stdout);
}
