/*
 * Reading a list, putting it in order and finding what can't be taken in.
 */
#include "config.h"
#include "admin/import/list.h"
#include "admin/import/csv.h"
#include "admin/import/tree.h"
#include "base/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

_Static_assert(LIMIT_part_number == 64, "a fault of an entry names it");

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
	if (is_tree ? !tree_read(source, defaults, list) : !csv_list_read(source, defaults, list))
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
