/*
 * Rows in, rows out.
 */
#include "config.h"
#include "admin/import/csv.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MOST = 65536 };

/* The columns that import knows; it skips others in the header. */
enum column {
	COLUMN_FILE,
	COLUMN_PART_NUMBER,
	COLUMN_ITEM_TYPE,
	COLUMN_DESCRIPTION,
	COLUMN_PROJECT,
	COLUMN_COMMENT,
	COLUMN_SHA256,
	COLUMNS
};
static const char *const column_names[COLUMNS] = {
    "file", "part_number", "item_type", "description", "project", "comment", "sha256",
};

struct csv_reading {
	const char *source;
	const struct import_defaults *defaults;
	struct import_list *list;
	int at[COLUMNS];      /* the field's position in a row; -1 = none */
	char *field[COLUMNS]; /* of this row, owned */
	int fields;
	long rows;
	bool is_too_long;
};

static void on_field(void *text, size_t length, void *of)
{
	struct csv_reading *reading = of;

	if (length > FIELD_MOST)
		reading->is_too_long = true;
	for (int column = 0; column < COLUMNS; column++) {
		if (reading->rows == 0 && strcmp(text, column_names[column]) == 0)
			reading->at[column] = reading->fields;
		if (reading->rows > 0 && reading->at[column] == reading->fields && *(char *)text) {
			free(reading->field[column]);
			reading->field[column] = text_copy(text);
		}
	}
	reading->fields++;
}

static char *take(struct csv_reading *reading, enum column column)
{
	char *text = reading->field[column];

	reading->field[column] = NULL;
	return text;
}

static char *take_or_default(struct csv_reading *reading, enum column column, const char *otherwise)
{
	char *text = take(reading, column);

	return text || !otherwise ? text : text_copy(otherwise);
}

/* A file's name is relative to the CSV. */
static char *path_beside(const char *csv, const char *file)
{
	const char *slash = strrchr(csv, '/');
	char *path;

	if (*file == '/' || !slash)
		return text_copy(file);
	if (asprintf(&path, "%.*s/%s", (int)(slash - csv), csv, file) < 0)
		abort();
	return path;
}

static void on_row(int ended_by, void *of)
{
	struct csv_reading *reading = of;
	bool is_blank = true;

	(void)ended_by;
	for (int column = 0; column < COLUMNS; column++)
		is_blank = is_blank && !reading->field[column];
	if (reading->rows > 0 && !is_blank) {
		struct import_entry *entry = entry_add(reading->list);
		const struct import_defaults *defaults = reading->defaults;

		entry->file = take_or_default(reading, COLUMN_FILE, "");
		entry->path = path_beside(reading->source, entry->file);
		entry->part_number = take_or_default(reading, COLUMN_PART_NUMBER, "");
		entry->item_type = take_or_default(reading, COLUMN_ITEM_TYPE,
		                                   defaults->item_type ? defaults->item_type
		                                                       : item_type_of(entry->file));
		entry->description = take(reading, COLUMN_DESCRIPTION);
		entry->project = take_or_default(reading, COLUMN_PROJECT, defaults->project);
		entry->comment = take_or_default(reading, COLUMN_COMMENT, defaults->comment);
		entry->sha256 = take(reading, COLUMN_SHA256);
		if (!*entry->file)
			entry->fault = "the row names no file";
	}
	reading->fields = 0;
	reading->rows++;
}

bool csv_list_read(const char *source, const struct import_defaults *defaults,
                   struct import_list *list)
{
	struct csv_reading reading = {.source = source, .defaults = defaults, .list = list};
	struct csv_parser parser;
	char block[16384];
	FILE *in = fopen(source, "re");
	size_t length = 0;
	bool done =
	    in != NULL && csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0;

	if (!done) {
		fprintf(stderr, "silo-admin: %s: %s\n", source, strerror(errno));
		if (in)
			fclose(in);
		return false;
	}
	for (int column = 0; column < COLUMNS; column++)
		reading.at[column] = -1;
	/* The mark that some programs put before UTF-8. */
	if (fread(block, 1, 3, in) != 3 || memcmp(block, "\xEF\xBB\xBF", 3) != 0)
		rewind(in);
	while (done && !reading.is_too_long && (length = fread(block, 1, sizeof block, in)) > 0)
		done = csv_parse(&parser, block, length, on_field, on_row, &reading) == length;
	done = done && !ferror(in) && csv_fini(&parser, on_field, on_row, &reading) == 0;
	if (reading.is_too_long || !done) {
		fprintf(stderr, "silo-admin: %s: row %ld is no CSV: %s\n", source, reading.rows + 1,
		        reading.is_too_long ? "a field is too long"
		                            : csv_strerror(csv_error(&parser)));
		done = false;
	} else if (reading.at[COLUMN_FILE] < 0 || reading.at[COLUMN_PART_NUMBER] < 0) {
		fprintf(stderr,
		        "silo-admin: %s: the first row must name the columns, among them file and "
		        "part_number\n",
		        source);
		done = false;
	}
	for (int column = 0; column < COLUMNS; column++)
		free(reading.field[column]);
	csv_free(&parser);
	fclose(in);
	return done;
}

void csv_row(FILE *out, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putc(',', out);
		if (fields[i] && *fields[i])
			csv_fwrite(out, fields[i], strlen(fields[i]));
	}
	putc('\n', out);
}

bool csv_list_write(const struct import_list *list, FILE *out)
{
	csv_row(out, column_names, COLUMN_SHA256);
	for (size_t i = 0; i < list->count; i++) {
		const struct import_entry *entry = &list->entries[i];

		if (entry->is_unreadable)
			continue;
		csv_row(out,
		        (const char *const[]){entry->file, entry->part_number, entry->item_type,
		                              entry->description, entry->project, entry->comment},
		        COLUMN_SHA256);
	}
	return fflush(out) == 0 && !ferror(out);
}
