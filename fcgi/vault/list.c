/*
 * Lists the vault's folder, file by file.
 */
#include "config.h"
#include "vault/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "…/vault/ab/name"; to be freed. */
static char *path_of(const struct vault *vault, const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s%s%s%s%s", vault->name, *folder ? "/" : "", folder, *name ? "/" : "",
	             name) < 0)
		abort();
	return path;
}

static bool is_pair(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

/* Besides the folders of the contents there are the vault's working folders. */
static bool is_known_at_the_top(const char *name)
{
	return is_pair(name) || strcmp(name, "tmp") == 0 || strcmp(name, "trash") == 0 ||
	       strcmp(name, "lost+found") == 0;
}

static void list_folder(struct vault *vault, const char *folder,
                        const struct vault_listing *listing);

/* One entry of "" (the vault), "ab" or "ab/cd". */
static void list_entry(struct vault *vault, const char *folder, const char *name,
                       const struct vault_listing *listing)
{
	const size_t level = strlen(folder) / 2; /* 0, 1, 2 */
	char inner[VAULT_PATH], *path;

	if (level == 0 && is_known_at_the_top(name))
		return;
	if (level == 2 && vault_path(name, inner) && strncmp(inner, folder, 5) == 0) {
		listing->content(listing->of, name);
		return;
	}
	if (level == 1 && is_pair(name)) {
		snprintf(inner, sizeof inner, "%.2s/%.2s", folder, name);
		list_folder(vault, inner, listing);
		return;
	}
	path = path_of(vault, folder, name);
	listing->foreign(listing->of, path);
	free(path);
}

static void list_folder(struct vault *vault, const char *folder,
                        const struct vault_listing *listing)
{
	int open =
	    openat(vault->folder, *folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = open < 0 ? NULL : fdopendir(open);
	const struct dirent *entry;

	if (!entries) {
		if (errno != ENOENT) {
			char *path = path_of(vault, folder, "");

			listing->unread(listing->of, path, strerror(errno));
			free(path);
		}
		if (open >= 0)
			close(open);
		return;
	}
	while ((entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			list_entry(vault, folder, entry->d_name, listing);
	closedir(entries);
}

void vault_list(struct vault *vault, const char *prefix, const struct vault_listing *listing)
{
	list_folder(vault, prefix, listing);
}
