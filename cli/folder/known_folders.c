/*
 * The working folders of this user on this machine.
 */
#include "config.h"

#include "folder/known_folders.h"

#include <string.h>
#include <strings.h>
#include "core/account.h"
#include "core/members.h"
#include "core/workfile.h"

enum { LIST_MOST = 65536, FOLDERS_MOST = 100, INDEX_MOST = 64 << 20 };

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

/* The key of a part number, which knows no case. */
static char *key_of(struct silo *silo, const char *part_number)
{
	char *key = arena_print(silo->arena, "%s", part_number);

	for (char *at = key; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	return key;
}

/* Adds what that folder's index has checked out from this server: part number → folder. */
static void read_folder(struct folder *folder, const char *root, json_object *found)
{
	struct silo *silo = folder->silo;
	char *path = arena_print(silo->arena, "%s/.silo/index.json", root);
	bool absent;
	char *text = workfile_read(silo->arena, path, INDEX_MOST, &absent);
	json_object *index = text ? silo_keep(silo, members_parse(text, strlen(text))) : NULL,
	            *flag;
	const char *server = member_text(index, "server"),
	           *ours = member_text(folder->index, "server");
	json_object *files = member_object(index, "files");

	if (files == NULL || server == NULL || ours == NULL || strcasecmp(server, ours) != 0)
		return;
	json_object_object_foreach(files, name, file)
	{
		const char *part = member_text(file, "part_number");

		(void)name;
		if (part != NULL && json_object_object_get_ex(file, "checked_out", &flag) &&
		    json_object_get_boolean(flag))
			json_object_object_add(found, key_of(silo, part),
			                       json_object_new_string(root));
	}
}

const char *known_folders_other(struct folder *folder, const char *part_number)
{
	struct silo *silo = folder->silo;
	const char *text, *line;

	if (folder->elsewhere == NULL) {
		text = read_list(silo);
		folder->elsewhere = silo_keep(silo, json_object_new_object());
		for (int i = 0; i < FOLDERS_MOST && (line = next_line(silo, &text)) != NULL; i++)
			if (*line == '/' && strcmp(line, folder->root) != 0)
				read_folder(folder, line, folder->elsewhere);
	}
	return member_text(folder->elsewhere, key_of(silo, part_number));
}
