/*
 * Entries of a list.
 */
#include "config.h"
#include "admin/import/entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *text_copy(const char *text)
{
	char *made = strdup(text);

	if (!made)
		abort();
	return made;
}

char *text_copy_or(const char *text, const char *otherwise)
{
	if (text && *text)
		return text_copy(text);
	return otherwise ? text_copy(otherwise) : NULL;
}

struct import_entry *entry_add(struct import_list *list)
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

const char *item_type_of(const char *name)
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
