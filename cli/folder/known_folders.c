/*
 * The working folders of this user on this machine.
 */
#include "config.h"

#include "folder/known_folders.h"

#include <string.h>
#include "core/account.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "folder/index.h"

enum { LIST_MOST = 65536, FOLDERS_MOST = 100 };

/* The file's path; NULL when there is no place for it. */
static char *list_path(struct silo *silo)
{
	const char *config = account_path(silo), *slash = config ? strrchr(config, '/') : NULL;

	return slash == NULL
	           ? NULL
	           : arena_print(silo->arena, "%.*s/folders", (int)(slash - config), config);
}

/* The next line of *text, in the arena; NULL at the end. */
static char *next_line(struct silo *silo, const char **text)
{
	size_t length = strcspn(*text, "\n");
	char *line;

	if (**text == '\0')
		return NULL;
	line = arena_copy(silo->arena, *text, length);
	*text += length + ((*text)[length] == '\n');
	return line;
}

/* What the list holds, "" when it can't be read. */
static const char *read_list(struct silo *silo)
{
	char *path = list_path(silo);
	bool absent;
	char *text = path ? workfile_read(silo->arena, path, LIST_MOST, &absent) : NULL;

	return text ? text : "";
}

void known_folders_add(struct folder *folder)
{
	struct silo *silo = folder->silo;
	const char *text = read_list(silo), *line;
	char *path = list_path(silo), *list = arena_print(silo->arena, "%s\n", folder->root);

	if (path == NULL || strchr(folder->root, '\n') != NULL)
		return;
	for (int i = 1; i < FOLDERS_MOST && (line = next_line(silo, &text)) != NULL; i++) {
		if (strcmp(line, folder->root) == 0)
			return;
		list = arena_print(silo->arena, "%s%s\n", list, line);
	}
	if (workfile_make_folders(silo->arena, path, 0700))
		(void)workfile_write(silo->arena, path, list, strlen(list), 0600);
}

/* Reads another folder's index; `damaged` says why it can't be trusted, or not be read at all. */
static void open_other(struct folder *folder, const char *root, struct folder *other)
{
	struct silo *silo = folder->silo;
	struct failure kept = silo->failure;

	*other = (struct folder){
	    .silo = silo, .root = arena_print(silo->arena, "%s", root), .below = "", .lock = -1};
	if (index_read(other) != SILO_DONE) {
		other->damaged = silo->failure.message;
		other->index = NULL;
	} else if (other->damaged != NULL) {
		other->damaged = arena_print(silo->arena, "can't use %s: %s",
		                             folder_inner(other, "index.json"), other->damaged);
	}
	silo->failure = kept;
}

struct folder *known_folders_others(struct folder *folder, size_t *count)
{
	struct silo *silo = folder->silo;
	const char *text = read_list(silo), *line, *server = member_text(folder->index, "server");
	struct folder *other;

	if (folder->others == NULL) {
		folder->others = arena_take(silo->arena, FOLDERS_MOST * sizeof *folder->others);
		for (int i = 0; i < FOLDERS_MOST && (line = next_line(silo, &text)) != NULL; i++) {
			if (*line != '/' || strcmp(line, folder->root) == 0)
				continue;
			other = &folder->others[folder->other_count];
			open_other(folder, line, other);
			if (other->index == NULL || (server != NULL && folder_is_of(other, server)))
				folder->other_count++;
		}
	}
	*count = folder->other_count;
	return folder->others;
}

/* Adds what that folder has checked out: part number → folder. */
static void add_parts(struct folder *other, json_object *found)
{
	struct silo *silo = other->silo;
	size_t count;
	struct entry *entries = folder_entries(other, &count);

	for (size_t i = 0; i < count; i++)
		if (entries[i].checked_out)
			json_object_object_add(found,
			                       text_folded(silo->arena, entries[i].part_number),
			                       json_object_new_string(other->root));
}

const char *known_folders_other(struct folder *folder, const char *part_number)
{
	struct silo *silo = folder->silo;
	struct folder *others;
	size_t count;

	if (folder->elsewhere == NULL) {
		folder->elsewhere = silo_keep(silo, json_object_new_object());
		others = known_folders_others(folder, &count);
		for (size_t i = 0; i < count; i++)
			if (others[i].index != NULL)
				add_parts(&others[i], folder->elsewhere);
	}
	return member_text(folder->elsewhere, text_folded(silo->arena, part_number));
}
