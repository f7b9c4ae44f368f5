/*
 * Files on disk that the index has no entry for, and the revisions that they are.
 */
#include "config.h"

#include "exchange/untracked.h"

#include <dirent.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "base/facts.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "folder/index.h"
#include "server/api.h"
#include "server/catalog.h"
#include "server/refusal.h"
#include "terminal/output.h"

enum {
	FILES_MOST = 5000,    /* files that are looked at */
	LEVELS_MOST = 16,     /* folders below each other */
	NAMED_MOST = 20,      /* files that are named */
	REVISIONS_MOST = 5000 /* of an item */
};

/* A file on disk that has no entry. */
struct untracked_file {
	const char *path;
	char digest[WORKFILE_DIGEST]; /* "": can't be read, or has a name that won't do */
	bool placed;
};

struct untracked {
	struct folder *folder;
	struct untracked_file *files;
	size_t count;
	json_object *named;   /* the part numbers of the damaged text, as members */
	json_object *held;    /* those that we hold, and the locks */
	json_object *parts;   /* all that may be the part of a file */
	json_object *content; /* SHA-256 → list of {part_number, item_id, revision, filename} */
};

/* The name of a part in the sets. */
static char *key_of(struct untracked *untracked, const char *part)
{
	return text_folded(untracked->folder->silo->arena, part);
}

/* Adds a part number to a set, and to those that may be the part of a file. */
static void set_add(struct untracked *untracked, json_object *set, const char *part)
{
	json_object_object_add(set, key_of(untracked, part), NULL);
	json_object_object_add(untracked->parts, key_of(untracked, part), NULL);
}

static bool set_has(struct untracked *untracked, json_object *set, const char *part)
{
	return json_object_object_get_ex(set, key_of(untracked, part), NULL);
}

int untracked_revisions(struct silo *silo, const char *part, json_object **rows)
{
	int ended = api_list(silo, api_item_path(silo, part, "/revisions"), "revisions",
	                     REVISIONS_MOST, rows);

	if (ended != SILO_FAILED || interrupt_seen())
		return ended;
	silo->failure = (struct failure){0};
	*rows = silo_keep(silo, json_object_new_array());
	return SILO_DONE;
}

/* Collects the plain files below a folder of the root ("" or "sub/"). */
static void look_around(struct untracked *untracked, const char *below, int levels)
{
	struct folder *folder = untracked->folder;
	struct arena *arena = folder->silo->arena;
	DIR *here = opendir(folder_disk_path(folder, below));
	struct entry entry;

	for (struct dirent *name; here != NULL && (name = readdir(here)) != NULL;) {
		const char *path = arena_print(arena, "%s%s", below, name->d_name);
		char *disk = folder_disk_path(folder, path);
		struct stat facts;

		if (name->d_name[0] == '.' || untracked->count == FILES_MOST || interrupt_seen() ||
		    lstat(disk, &facts) != 0)
			continue;
		if (S_ISDIR(facts.st_mode) && levels > 0)
			look_around(untracked, arena_print(arena, "%s/", path), levels - 1);
		if (S_ISREG(facts.st_mode) && !folder_find_path(folder, disk, &entry)) {
			struct untracked_file *file = &untracked->files[untracked->count++];
			int64_t size;

			*file = (struct untracked_file){.path = path};
			if (workfile_path_problem(path) != NULL ||
			    !workfile_digest(disk, file->digest, &size))
				file->digest[0] = '\0';
		}
	}
	if (here != NULL)
		closedir(here);
}

/* The part numbers that a text names which is no JSON any more. */
static void read_named(struct untracked *untracked)
{
	static const char member[] = "\"part_number\"";
	const char *at = index_text(untracked->folder);

	while (at != NULL && (at = strstr(at, member)) != NULL) {
		size_t length;

		at += strlen(member);
		at += strspn(at, " \t\r\n:");
		length = *at == '"' ? strcspn(at + 1, "\"") : 0;
		if (length > 0 && length <= LIMIT_part_number)
			set_add(untracked, untracked->named,
			        arena_copy(untracked->folder->silo->arena, at + 1, length));
	}
}

/* The parts that we hold. */
static int read_held(struct untracked *untracked)
{
	struct silo *silo = untracked->folder->silo;
	const char *user = api_user(silo);
	json_object *locks;
	int ended;

	if (user == NULL)
		return silo->failure.exit;
	ended = api_list(
	    silo, arena_print(silo->arena, "/api/locks?user=%s", text_encoded(silo->arena, user)),
	    "locks", 0, &locks);
	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(locks); i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		const char *part = member_text(lock, "part_number");

		if (part == NULL)
			continue;
		set_add(untracked, untracked->held, part);
		json_object_object_add(untracked->held, key_of(untracked, part),
		                       json_object_get(lock));
	}
	return ended;
}

static const char *own_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The part numbers that a file's name may begin with: up to a blank, up to its ending. */
static void names_of(struct untracked *untracked, const char *path, char *names[2])
{
	const char *name = own_name(path), *dot = strrchr(name, '.');
	struct arena *arena = untracked->folder->silo->arena;

	names[0] = arena_copy(arena, name, strcspn(name, " "));
	names[1] = arena_copy(arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

/* All parts that a file may belong to: named by the text, by a file's name, or held by us. */
static const char **candidates(struct untracked *untracked, size_t *count)
{
	struct silo *silo = untracked->folder->silo;
	const char **parts;
	struct entry entry;

	for (size_t i = 0; i < untracked->count; i++) {
		char *names[2];

		names_of(untracked, untracked->files[i].path, names);
		set_add(untracked, untracked->parts, names[0]);
		set_add(untracked, untracked->parts, names[1]);
	}
	*count = 0;
	parts = arena_take(silo->arena, ((size_t)json_object_object_length(untracked->parts) + 1) *
	                                    sizeof *parts);
	json_object_object_foreach(untracked->parts, part, none)
	{
		(void)none;
		if (refusal_is_part_number(part) &&
		    !folder_find_part(untracked->folder, part, &entry))
			parts[(*count)++] = part;
	}
	return parts;
}

/* Asks what the revisions of those parts hold. */
static int read_content(struct untracked *untracked)
{
	struct silo *silo = untracked->folder->silo;
	size_t count;
	const char **parts = candidates(untracked, &count);
	json_object *items, *revisions;
	int ended = catalog_items(silo, parts, count, &items);

	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(items); i++) {
		json_object *item = json_object_array_get_idx(items, i);
		const char *part = member_text(item, "part_number");

		ended = part == NULL ? SILO_DONE : untracked_revisions(silo, part, &revisions);
		for (size_t j = 0;
		     part != NULL && ended == SILO_DONE && j < json_object_array_length(revisions);
		     j++) {
			json_object *row = json_object_array_get_idx(revisions, j), *list;
			const char *sha256 = member_text(row, "sha256");

			if (sha256 == NULL)
				continue;
			if (!json_object_object_get_ex(untracked->content, sha256, &list)) {
				list = json_object_new_array();
				json_object_object_add(untracked->content, sha256, list);
			}
			json_object_object_add(row, "part_number", json_object_new_string(part));
			if (member_text(item, "id") != NULL)
				json_object_object_add(
				    row, "item_id",
				    json_object_new_string(member_text(item, "id")));
			json_object_array_add(list, json_object_get(row));
		}
	}
	return ended;
}

/* How likely a file belongs to a part: the damaged text names it, its own name does, neither. */
static int likelihood(struct untracked *untracked, const struct untracked_file *file,
                      const char *part)
{
	char *names[2];

	if (set_has(untracked, untracked->named, part))
		return 2;
	names_of(untracked, file->path, names);
	return strcasecmp(names[0], part) == 0 || strcasecmp(names[1], part) == 0;
}

/* The revision that a file is, if it is that of one part only; the list has the newest first. */
static json_object *match(struct untracked *untracked, const struct untracked_file *file,
                          bool by_name)
{
	json_object *list = member_array(untracked->content, file->digest), *best = NULL;
	int best_likely = -1;
	bool several = false;

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		json_object *row = json_object_array_get_idx(list, i);
		const char *part = member_text(row, "part_number"),
		           *name = member_text(row, "filename");
		struct entry entry;
		int likely;

		if (folder_find_part(untracked->folder, part, &entry) ||
		    (by_name && (name == NULL || strcmp(name, own_name(file->path)) != 0)))
			continue;
		likely = likelihood(untracked, file, part);
		/* An older revision of the same content changes nothing. */
		if (likely < best_likely ||
		    (best != NULL && strcasecmp(member_text(best, "part_number"), part) == 0))
			continue;
		several = likely == best_likely;
		best = row;
		best_likely = likely;
	}
	return several ? NULL : best;
}

/* Ours, taken at this machine, and writable: it is checked out here. */
static void see_check_out(struct untracked *untracked, struct entry *entry)
{
	struct folder *folder = untracked->folder;
	json_object *lock = member_object(untracked->held, key_of(untracked, entry->part_number));
	const char *workstation = member_text(lock, "workstation");
	bool named = workstation != NULL && *workstation != '\0';

	if (lock == NULL || (named && strcmp(workstation, silo_workstation(folder->silo)) != 0))
		return;
	entry->checked_out = workfile_is_writable(folder_disk_path(folder, entry->path));
	entry->workstation = entry->checked_out && named ? workstation : NULL;
}

/* Gives the files that are a revision their entry, those first that have its file name too. */
static void place_files(struct untracked *untracked, bool by_name)
{
	struct folder *folder = untracked->folder;

	for (size_t i = 0; i < untracked->count; i++) {
		struct untracked_file *file = &untracked->files[i];
		json_object *row = file->placed ? NULL : match(untracked, file, by_name);
		struct entry entry = {.path = file->path, .sha256 = file->digest};

		if (row == NULL)
			continue;
		entry.part_number = member_text(row, "part_number");
		entry.item_id = member_text(row, "item_id");
		entry.revision = member_number(row, "revision_number", 0);
		see_check_out(untracked, &entry);
		folder_put(folder, &entry);
		file->placed = true;
	}
}

void untracked_report(const struct untracked *untracked)
{
	struct silo *silo = untracked->folder->silo;
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < untracked->count; i++)
		if (!untracked->files[i].placed && count++ < NAMED_MOST)
			list =
			    arena_print(silo->arena, "%s%s%s", list, *list ? ", " : "",
			                folder_shown(untracked->folder, untracked->files[i].path));
	if (count > NAMED_MOST)
		list = arena_print(silo->arena, "%s, and %zu more", list, count - NAMED_MOST);
	if (count > 0)
		output_warn(silo, "these files match no known revision and were left alone: %s\n",
		            list);
}

struct untracked *untracked_find(struct folder *folder)
{
	struct silo *silo = folder->silo;
	struct untracked *untracked = arena_take(silo->arena, sizeof *untracked);
	int ended;

	*untracked = (struct untracked){
	    .folder = folder,
	    .files = arena_take(silo->arena, FILES_MOST * sizeof *untracked->files),
	    .named = silo_keep(silo, json_object_new_object()),
	    .held = silo_keep(silo, json_object_new_object()),
	    .parts = silo_keep(silo, json_object_new_object()),
	    .content = silo_keep(silo, json_object_new_object())};
	ended = read_held(untracked);
	read_named(untracked);
	look_around(untracked, "", LEVELS_MOST);
	if (ended == SILO_DONE)
		ended = read_content(untracked);
	if (ended == SILO_DONE && interrupt_seen())
		ended = silo_fail(silo, SILO_FAILED, "interrupted", "interrupted");
	if (ended != SILO_DONE)
		return NULL;
	place_files(untracked, true);
	place_files(untracked, false);
	return untracked;
}
