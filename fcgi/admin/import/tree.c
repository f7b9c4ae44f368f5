/*
 * Walking the tree.
 */
#include "config.h"
#include "admin/import/tree.h"
#include "base/facts.h"

#include <errno.h>
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
	char *number = text_copy(name), *to = number;

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
	char *stem = text_copy(name), *ending = strrchr(stem, '.');

	file += strspn(file, "/");
	if (ending && ending > stem)
		*ending = '\0';
	entry->path = text_copy(found->fts_path);
	entry->file = text_copy(file);
	entry->part_number = part_number_from(name);
	entry->item_type = text_copy_or(defaults->item_type, item_type_of(name));
	entry->project = defaults->project ? text_copy(defaults->project) : project_from(file);
	entry->comment = text_copy_or(defaults->comment, NULL);
	/* Keeps a name that a part number can't have as the description. */
	if (strcmp(stem, entry->part_number) != 0)
		entry->description = text_copy(stem);
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
	entry->path = text_copy(found->fts_path);
	if (asprintf(&entry->file, "%s%s", file, found->fts_info == FTS_NS ? "" : "/") < 0)
		abort();
	entry->part_number = text_copy("");
	entry->fault = reason ? reason : "can't be read";
	entry->is_unreadable = true;
}

bool tree_read(const char *source, const struct import_defaults *defaults, struct import_list *list)
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
