/*
 * The document .silo/index.json.  Knows no HTTP.
 */
#include "config.h"

#include "folder/index.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "core/members.h"
#include "core/workfile.h"

enum { INDEX_MOST = 64 << 20, INDEX_VERSION = 1, SPARE = 4096 };

static const char name[] = "index.json", last_name[] = "index.json.last";

/* An index with no files. */
static json_object *empty_index(const char *server)
{
	json_object *index = json_object_new_object();

	json_object_object_add(index, "version", json_object_new_int(INDEX_VERSION));
	json_object_object_add(index, "server", json_object_new_string(server));
	json_object_object_add(index, "files", json_object_new_object());
	return index;
}

/* Why an entry can't be used, or NULL. */
static const char *entry_problem(const char *path, json_object *file)
{
	if (workfile_path_problem(path) != NULL)
		return "a file name in it is not safe";
	if (!json_object_is_type(file, json_type_object) ||
	    member_text(file, "part_number") == NULL)
		return "an entry has no part number";
	return NULL;
}

/* Why an index can't be used as it is, or NULL. */
static const char *index_problem(json_object *index)
{
	json_object *files = member_object(index, "files");
	const char *problem;

	if (index == NULL)
		return "it is not JSON";
	if (files == NULL)
		return "it has no list of files";
	if (member_number(index, "version", 0) != INDEX_VERSION)
		return "it has no version";
	json_object_object_foreach(files, path, file)
	{
		problem = entry_problem(path, file);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* Adds the whole entries of `from`, and says whose server it is. */
static void add_remains(json_object *into, json_object *from)
{
	json_object *files = member_object(from, "files"), *kept = member_object(into, "files");
	const char *server = member_text(from, "server");

	if (server != NULL)
		json_object_object_add(into, "server", json_object_new_string(server));
	if (files == NULL)
		return;
	json_object_object_foreach(files, path, file)
	{
		if (entry_problem(path, file) == NULL)
			json_object_object_add(kept, path, json_object_get(file));
	}
}

/* The document at that name; NULL: none that is JSON. */
static json_object *document(const struct folder *folder, const char *which)
{
	struct silo *silo = folder->silo;
	bool absent;
	char *text = workfile_read(silo->arena, folder_inner(folder, which), INDEX_MOST, &absent);

	return text ? silo_keep(silo, members_parse(text, strlen(text))) : NULL;
}

const char *index_text(const struct folder *folder)
{
	bool absent;

	return workfile_read(folder->silo->arena, folder_inner(folder, name), INDEX_MOST, &absent);
}

/* What can still be read of a damaged one, over the last good one. */
static json_object *remains_of(struct folder *folder, json_object *damaged)
{
	const char *url = folder->silo->url;
	json_object *index = silo_keep(folder->silo, empty_index(url ? url : ""));

	add_remains(index, document(folder, last_name));
	add_remains(index, damaged);
	return index;
}

int index_read(struct folder *folder)
{
	struct silo *silo = folder->silo;
	char *path = folder_inner(folder, name), *text;
	bool absent;

	folder->damaged = NULL;
	text = workfile_read(silo->arena, path, INDEX_MOST, &absent);
	if (text == NULL && !absent)
		return silo_fail(silo, SILO_FAILED, "index", "can't read %s: %s", path,
		                 strerror(errno));
	if (absent && document(folder, last_name) == NULL) {
		folder->index = silo_keep(silo, empty_index(silo->url ? silo->url : ""));
		return SILO_DONE;
	}
	folder->index = absent ? NULL : silo_keep(silo, members_parse(text, strlen(text)));
	if (member_number(folder->index, "version", 0) > INDEX_VERSION)
		return silo_fail(silo, SILO_FAILED, "index",
		                 "can't use %s: a newer version of Silo wrote it", path);
	folder->damaged = absent ? "it is missing" : index_problem(folder->index);
	if (folder->damaged != NULL)
		folder->index = remains_of(folder, folder->index);
	return SILO_DONE;
}

/* Writes the index; on a full disk the copy gives its room, so that a commit needs none. */
static bool write_index(struct folder *folder, const char *text, size_t length)
{
	struct arena *arena = folder->silo->arena;
	const char *path = folder_inner(folder, name);
	int kept;

	if (workfile_write(arena, path, text, length, 0644))
		return true;
	kept = errno;
	if (workfile_is_full() && unlink(folder_inner(folder, last_name)) == 0)
		return workfile_write(arena, path, text, length, 0644);
	errno = kept;
	return false;
}

bool index_write(struct folder *folder)
{
	struct arena *arena = folder->silo->arena;
	const char *text = json_object_to_json_string_ext(
	    folder->index, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	const char *last = folder_inner(folder, last_name);
	size_t length = strlen(text);

	if (!write_index(folder, text, length))
		return false;
	/* The copy only helps when the index is damaged: without it the server tells most of it.
	 * Its blanks at the end are room for an index that is longer. */
	if (!workfile_write(arena, last, arena_print(arena, "%s%*s", text, SPARE, "\n"),
	                    length + SPARE, 0644))
		(void)workfile_write(arena, last, text, length, 0644);
	return true;
}
