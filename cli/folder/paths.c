/*
 * Paths in the working folder.  Looks at no disk.
 */
#include "config.h"

#include "folder/paths.h"

#include <string.h>
#include "core/text.h"

char *folder_inner(const struct folder *folder, const char *name)
{
	return arena_print(folder->silo->arena, "%s/.silo/%s", folder->root, name);
}

char *folder_disk_path(const struct folder *folder, const char *path)
{
	return arena_print(folder->silo->arena, "%s/%s", folder->root, path);
}

char *folder_path_here(const struct folder *folder, const char *name)
{
	return arena_print(folder->silo->arena, "%s%s", folder->below, name);
}

const char *folder_shown(const struct folder *folder, const char *path)
{
	size_t below = strlen(folder->below);
	const char *up = "";

	if (strncmp(path, folder->below, below) == 0)
		return path + below;
	for (const char *slash = strchr(folder->below, '/'); slash; slash = strchr(slash + 1, '/'))
		up = arena_print(folder->silo->arena, "%s../", up);
	return arena_print(folder->silo->arena, "%s%s", up, path);
}

const char *folder_word(const struct folder *folder, const char *path)
{
	struct arena *arena = folder->silo->arena;
	const char *shown = folder_shown(folder, path);

	/* A name that begins like an option. */
	if (shown[0] == '-')
		shown = arena_print(arena, "./%s", shown);
	return text_word(arena, shown);
}

char *folder_relative(const struct folder *folder, const char *typed)
{
	struct arena *arena = folder->silo->arena;
	char *text = typed[0] == '/'
	                 ? arena_print(arena, "%s", typed)
	                 : arena_print(arena, "%s/%s%s", folder->root, folder->below, typed);
	char *plain = arena_take(arena, strlen(text) + 2);
	size_t length = 0, root = strlen(folder->root);

	/* Takes "." and ".." and double slashes out, without looking at the disk. */
	for (const char *at = text; *at != '\0';) {
		size_t part = strcspn(at, "/");

		if (part == 2 && at[0] == '.' && at[1] == '.') {
			while (length > 0 && plain[--length] != '/')
				;
		} else if (part > 0 && !(part == 1 && at[0] == '.')) {
			plain[length++] = '/';
			memcpy(plain + length, at, part);
			length += part;
		}
		at += part + (at[part] == '/');
	}
	plain[length] = '\0';
	if (length <= root || strncmp(plain, folder->root, root) != 0 || plain[root] != '/')
		return NULL;
	return plain + root + 1;
}
