/*
 * The working folder and its index, as doc/working-folder.md states them.  Knows no HTTP.
 */
#include "config.h"

#include "folder/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/interrupt.h"
#include "core/members.h"
#include "core/workfile.h"
#include "folder/index.h"

enum { LEVELS_MOST = 256 };

/* True when both addresses are the same server. */
static bool same_server(const char *one, const char *other)
{
	size_t length = strlen(one), other_length = strlen(other);

	while (length > 0 && one[length - 1] == '/')
		length--;
	while (other_length > 0 && other[other_length - 1] == '/')
		other_length--;
	return length == other_length && strncasecmp(one, other, length) == 0;
}

/* The nearest folder at or above the current one that has .silo; NULL when none has. */
static char *find_root(struct silo *silo, const char *current)
{
	char *at = arena_print(silo->arena, "%s", current);

	for (int level = 0; level < LEVELS_MOST; level++) {
		struct stat facts;
		char *slash;

		if (lstat(arena_print(silo->arena, "%s/.silo", at), &facts) == 0 &&
		    (S_ISDIR(facts.st_mode) || S_ISLNK(facts.st_mode)))
			return at;
		slash = strrchr(at, '/');
		if (slash == NULL || *at == '\0')
			return NULL;
		*slash = '\0';
	}
	return NULL;
}

int folder_open(struct silo *silo, bool create, struct folder *folder)
{
	char *current = realpath(".", NULL);
	const char *server;
	int ended;

	*folder = (struct folder){.silo = silo, .lock = -1};
	if (current == NULL)
		return silo_fail(silo, SILO_FAILED, "folder", "can't find the current folder: %s",
		                 strerror(errno));
	folder->root = find_root(silo, current);
	if (folder->root == NULL && !create) {
		free(current);
		silo_fail(silo, SILO_FAILED, "no_folder", "this is not a working folder");
		silo_hint(silo, "silo checkout PN   checks an item out and makes this one");
		return SILO_FAILED;
	}
	if (folder->root == NULL)
		folder->root = arena_print(silo->arena, "%s", current);
	/* A link would have us write in a place that nobody chose. */
	if (!workfile_is_plain(arena_print(silo->arena, "%s/.silo", folder->root))) {
		free(current);
		return silo_fail(silo, SILO_FAILED, "index", "can't use %s/.silo: %s", folder->root,
		                 workfile_reason());
	}
	folder->below = arena_print(silo->arena, "%s%s", current + strlen(folder->root),
	                            strlen(current) > strlen(folder->root) ? "/" : "");
	if (*folder->below == '/')
		folder->below++;
	free(current);
	ended = index_read(folder);
	if (ended != SILO_DONE)
		return ended;
	silo->in_folder = true;
	server = member_text(folder->index, "server");
	if (server != NULL && silo->url != NULL && !folder_is_of(folder, silo->url)) {
		silo_fail(silo, SILO_FAILED, "other_server", "this folder belongs to %s, not to %s",
		          server, silo->url);
		silo_hint(silo, "use another folder, or sign in there: silo login %s", server);
		return SILO_FAILED;
	}
	return SILO_DONE;
}

bool folder_is_of(const struct folder *folder, const char *server)
{
	const char *own = member_text(folder->index, "server");

	return own != NULL && same_server(own, server);
}

/* Reads one entry. */
static struct entry read_entry(struct silo *silo, const char *path, json_object *file)
{
	const char *sha256 = member_text(file, "sha256"), *id = member_text(file, "item_id");
	const char *committing = member_text(file, "committing");
	const char *workstation = member_text(file, "workstation");
	json_object *checked_out;

	return (struct entry){
	    .path = arena_print(silo->arena, "%s", path),
	    .part_number = arena_print(silo->arena, "%s", member_text(file, "part_number")),
	    .item_id = id ? arena_print(silo->arena, "%s", id) : NULL,
	    .revision = member_number(file, "revision", 0),
	    .sha256 = arena_print(silo->arena, "%s", sha256 ? sha256 : ""),
	    .committing = committing ? arena_print(silo->arena, "%s", committing) : NULL,
	    .checked_out = json_object_object_get_ex(file, "checked_out", &checked_out) &&
	                   json_object_get_boolean(checked_out),
	    .workstation = workstation ? arena_print(silo->arena, "%s", workstation) : NULL,
	};
}

static int by_path(const void *one, const void *other)
{
	return strcmp(((const struct entry *)one)->path, ((const struct entry *)other)->path);
}

struct entry *folder_entries(struct folder *folder, size_t *count)
{
	json_object *files = member_object(folder->index, "files");
	size_t length = (size_t)json_object_object_length(files);
	struct entry *entries = arena_take(folder->silo->arena, (length + 1) * sizeof *entries);

	*count = 0;
	json_object_object_foreach(files, path, file) entries[(*count)++] =
	    read_entry(folder->silo, path, file);
	qsort(entries, *count, sizeof *entries, by_path);
	return entries;
}

bool folder_find_part(struct folder *folder, const char *part_number, struct entry *entry)
{
	json_object *files = member_object(folder->index, "files");

	json_object_object_foreach(files, path, file)
	{
		const char *part = member_text(file, "part_number");

		if (part != NULL && strcasecmp(part, part_number) == 0) {
			*entry = read_entry(folder->silo, path, file);
			return true;
		}
	}
	return false;
}

bool folder_find_path(struct folder *folder, const char *path, struct entry *entry)
{
	char *relative = folder_relative(folder, path);
	json_object *file =
	    relative ? member_object(member_object(folder->index, "files"), relative) : NULL;

	if (file == NULL)
		return false;
	*entry = read_entry(folder->silo, relative, file);
	return true;
}

const char *folder_part_at(const struct folder *folder, const char *path)
{
	json_object *files = member_object(folder->index, "files");

	json_object_object_foreach(files, name, file)
	{
		if (strcasecmp(name, path) == 0)
			return member_text(file, "part_number");
	}
	return NULL;
}

bool folder_find(struct folder *folder, const char *word, struct entry *entry)
{
	return folder_find_path(folder, word, entry) || folder_find_part(folder, word, entry);
}

int folder_take(struct folder *folder)
{
	struct silo *silo = folder->silo;
	char *path = folder_inner(folder, "lock");

	if (!workfile_make_folders(silo->arena, path, 0777))
		return silo_fail(silo, SILO_FAILED, "index", "can't make %s/.silo: %s",
		                 folder->root, strerror(errno));
	folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (folder->lock < 0)
		return silo_fail(silo, SILO_FAILED, "index", "can't open %s: %s", path,
		                 workfile_reason());
	while (flock(folder->lock, LOCK_EX) != 0)
		if (errno != EINTR || interrupt_seen())
			break;
	if (interrupt_seen()) {
		folder_leave(folder);
		return silo_fail(silo, SILO_FAILED, "interrupted", "interrupted");
	}
	if (index_read(folder) != SILO_DONE) {
		folder_leave(folder);
		return silo->failure.exit;
	}
	return SILO_DONE;
}

void folder_leave(struct folder *folder)
{
	close(folder->lock);
	folder->lock = -1;
}

int folder_begin(struct folder *folder)
{
	struct silo *silo = folder->silo;
	int ended = folder_take(folder);

	if (ended != SILO_DONE || folder->damaged == NULL)
		return ended;
	folder_leave(folder);
	silo_fail(silo, SILO_FAILED, "index", "can't use %s: %s",
	          folder_inner(folder, "index.json"), folder->damaged);
	silo_hint(silo, "silo status   rebuilds it");
	return SILO_FAILED;
}

/* Sets a member, or removes it for NULL. */
static void set_text(json_object *file, const char *name, const char *text)
{
	if (text == NULL)
		json_object_object_del(file, name);
	else
		json_object_object_add(file, name, json_object_new_string(text));
}

void folder_put(struct folder *folder, const struct entry *entry)
{
	json_object *files = member_object(folder->index, "files");
	json_object *file = member_object(files, entry->path);

	if (file == NULL) {
		file = json_object_new_object();
		json_object_object_add(files, entry->path, file);
	}
	set_text(file, "part_number", entry->part_number);
	set_text(file, "item_id", entry->item_id);
	json_object_object_add(file, "revision", json_object_new_int64(entry->revision));
	set_text(file, "sha256", entry->sha256);
	json_object_object_add(file, "checked_out", json_object_new_boolean(entry->checked_out));
	set_text(file, "committing", entry->committing);
	set_text(file, "workstation", entry->checked_out ? entry->workstation : NULL);
}

void folder_drop(struct folder *folder, const char *path)
{
	json_object_object_del(member_object(folder->index, "files"), path);
}

int folder_end(struct folder *folder)
{
	struct silo *silo = folder->silo;
	bool wrote = index_write(folder);
	int kept = errno;

	folder_leave(folder);
	if (!wrote)
		return silo_fail(silo, SILO_FAILED, "index", "can't write %s: %s",
		                 folder_inner(folder, "index.json"), strerror(kept));
	return SILO_DONE;
}

int folder_record(struct folder *folder, const struct entry *entry)
{
	int ended = folder_begin(folder);

	if (ended != SILO_DONE)
		return ended;
	folder_put(folder, entry);
	return folder_end(folder);
}
