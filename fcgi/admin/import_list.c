/*
 * What an import takes in: every file of a folder tree, with its part number made from its name, or
 * the rows of a CSV (RFC 4180, by libcsv).
 */
#include "config.h"
#include "admin/import.h"
#include "base/facts.h"

#include <csv.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FIELD_MOST = 65536 };
_Static_assert(LIMIT_part_number == 64, "a fault of an entry names it");

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

static char *copy(const char *text)
{
	char *made = strdup(text);

	if (!made)
		abort();
	return made;
}

static char *copy_or_default(const char *text, const char *otherwise)
{
	if (text && *text)
		return copy(text);
	return otherwise ? copy(otherwise) : NULL;
}

static struct import_entry *entry_add(struct import_list *list)
{
	struct import_entry *entry;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 256;
		list->entries = realloc(list->entries, list->room * sizeof *list->entries);
		if (!list->entries)
			abort();
	}
	entry = &list->entries[list->count];
	*entry = (struct import_entry){.order = (long)list->count};
	list->count++;
	return entry;
}

/* ---- a folder tree --------------------------------------------------------------------------- */

/* What other programs leave beside the real files. */
static bool is_debris(const char *name)
{
	static const char *const endings[] = {".FCStd1", ".FCBak", ".bak", ".tmp", "~", ".lock"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t ending = strlen(endings[i]);

		if (length >= ending && strcasecmp(name + length - ending, endings[i]) == 0)
			return true;
	}
	return *name == '.' || strcasecmp(name, "Thumbs.db") == 0;
}

static const char *type_of(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
	    {".pdf", "drawing"},  {".dxf", "drawing"},   {".dwg", "drawing"},
	    {".svg", "drawing"},  {".txt", "document"},  {".md", "document"},
	    {".doc", "document"}, {".docx", "document"}, {".odt", "document"},
	    {".ods", "document"}, {".xlsx", "document"},
	};
	const char *ending = strrchr(name, '.');

	for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(ending, types[i].ending) == 0)
			return types[i].type;
	return "part";
}

static bool is_number_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '-';
}

/*
 * The name without its extension; characters that a part number can't have become one '-'.  Empty
 * if nothing is left.  A name that is too long stays too long: cutting could turn two files into
 * one item.
 */
static char *part_number_from(const char *name)
{
	const char *ending = strrchr(name, '.');
	const char *end = ending && ending > name ? ending : name + strlen(name);
	char *number = copy(name), *to = number;

	for (const char *at = name; at < end; at++) {
		char c = *at;

		if (!is_number_letter(c))
			c = '-';
		if (to == number && (c == '-' || c == '.'))
			continue;
		if (c == '-' && to > number && to[-1] == '-')
			continue;
		*to++ = c;
	}
	while (to > number && to[-1] == '-')
		to--;
	*to = '\0';
	return number;
}

/* The first folder inside the source, which people often mean by a project. */
static char *project_from(const char *file)
{
	const char *slash = strchr(file, '/');

	if (!slash || slash - file > LIMIT_project)
		return NULL;
	return strndup(file, (size_t)(slash - file));
}

static void add_file(struct import_list *list, const char *source, const FTSENT *found,
                     const struct import_defaults *defaults)
{
	struct import_entry *entry = entry_add(list);
	const char *file = found->fts_path + strlen(source), *name = found->fts_name;
	char *stem = copy(name), *ending = strrchr(stem, '.');

	file += strspn(file, "/");
	if (ending && ending > stem)
		*ending = '\0';
	entry->path = copy(found->fts_path);
	entry->file = copy(file);
	entry->part_number = part_number_from(name);
	entry->item_type = copy_or_default(defaults->item_type, type_of(name));
	entry->project = defaults->project ? copy(defaults->project) : project_from(file);
	entry->comment = copy_or_default(defaults->comment, NULL);
	/* Keeps a name that a part number can't have as the description. */
	if (strcmp(stem, entry->part_number) != 0)
		entry->description = copy(stem);
	free(stem);
}

/*
 * A folder, or an entry of one, that can't be examined.  It is refused like an unreadable file, and
 * everything else is taken in.  Without a part number it can't clash with another file.
 */
static void add_unreadable(struct import_list *list, const char *source, const FTSENT *found)
{
	struct import_entry *entry = entry_add(list);
	const char *file = found->fts_path + strlen(source);
	const char *reason = strerrordesc_np(found->fts_errno);

	file += strspn(file, "/");
	entry->path = copy(found->fts_path);
	if (asprintf(&entry->file, "%s%s", file, found->fts_info == FTS_NS ? "" : "/") < 0)
		abort();
	entry->part_number = copy("");
	entry->fault = reason ? reason : "can't be read";
	entry->is_unreadable = true;
}

static bool read_tree(const char *source, const struct import_defaults *defaults,
                      struct import_list *list)
{
	char *const roots[] = {(char *)(uintptr_t)source, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *found;
	bool done = tree != NULL;

	while (done && (errno = 0, found = fts_read(tree))) {
		bool is_below = found->fts_level > 0;

		if (found->fts_info == FTS_D && is_below && *found->fts_name == '.')
			fts_set(tree, found, FTS_SKIP);
		else if (found->fts_info == FTS_F && !is_debris(found->fts_name))
			add_file(list, source, found, defaults);
		else if (is_below && (found->fts_info == FTS_DNR || found->fts_info == FTS_ERR ||
		                      found->fts_info == FTS_NS))
			add_unreadable(list, source, found);
		else if (found->fts_info == FTS_DNR || found->fts_info == FTS_ERR ||
		         found->fts_info == FTS_NS) {
			errno = found->fts_errno;
			done = false;
			break;
		} else if (found->fts_info != FTS_D && found->fts_info != FTS_DP)
			list->skipped++;
	}
	if (done && errno != 0)
		done = false;
	if (!tree || (!done && errno))
		fprintf(stderr, "silo-admin: %s: %s\n", source, strerror(errno));
	if (tree)
		fts_close(tree);
	return done;
}

/* ---- a CSV file ------------------------------------------------------------------------------ */

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
			reading->field[column] = copy(text);
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

	return text || !otherwise ? text : copy(otherwise);
}

/* A file's name is relative to the CSV. */
static char *path_beside(const char *csv, const char *file)
{
	const char *slash = strrchr(csv, '/');
	char *path;

	if (*file == '/' || !slash)
		return copy(file);
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
		                                                       : type_of(entry->file));
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

static bool read_csv(const char *source, const struct import_defaults *defaults,
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

/* ---- both ------------------------------------------------------------------------------------ */

static int compare(const void *left, const void *right)
{
	const struct import_entry *a = left, *b = right;
	int by_number = strcasecmp(a->part_number, b->part_number);

	return by_number ? by_number : (a->order > b->order) - (a->order < b->order);
}

static bool is_same_item(const struct import_list *list, size_t i, size_t j)
{
	return j < list->count &&
	       strcasecmp(list->entries[i].part_number, list->entries[j].part_number) == 0;
}

/*
 * Two files of a tree that would become one item: neither is taken in; somebody who knows them must
 * decide.
 */
static void find_faults(struct import_list *list, bool is_tree)
{
	for (size_t i = 0; i < list->count; i++) {
		struct import_entry *entry = &list->entries[i];

		if (entry->fault)
			continue;
		if (!*entry->part_number)
			entry->fault = "there is no part number, or none can be made from the name";
		else if (strlen(entry->part_number) > LIMIT_part_number)
			entry->fault = "the part number is longer than 64 letters";
		else if (is_tree && (is_same_item(list, i, i + 1) || is_same_item(list, i, i - 1)))
			entry->fault = "another file has the same part number";
	}
}

static int compare_paths(const void *left, const void *right)
{
	const struct import_entry *a = left, *b = right;

	return strcmp(a->file, b->file);
}

bool import_list_read(const char *source, const struct import_defaults *defaults,
                      struct import_list *list)
{
	struct stat found;
	bool is_tree;

	*list = (struct import_list){0};
	if (stat(source, &found) != 0) {
		fprintf(stderr, "silo-admin: %s: %s\n", source, strerror(errno));
		return false;
	}
	is_tree = S_ISDIR(found.st_mode);
	if (is_tree ? !read_tree(source, defaults, list) : !read_csv(source, defaults, list))
		return false;
	if (list->count == 0)
		return true;
	if (is_tree) {
		qsort(list->entries, list->count, sizeof *list->entries, compare_paths);
		for (size_t i = 0; i < list->count; i++)
			list->entries[i].order = (long)i;
	}
	qsort(list->entries, list->count, sizeof *list->entries, compare);
	find_faults(list, is_tree);
	return true;
}

void import_list_free(struct import_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct import_entry *entry = &list->entries[i];

		free(entry->path);
		free(entry->file);
		free(entry->part_number);
		free(entry->item_type);
		free(entry->description);
		free(entry->project);
		free(entry->comment);
		free(entry->sha256);
	}
	free(list->entries);
	*list = (struct import_list){0};
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

bool import_list_write(const struct import_list *list, FILE *out)
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
