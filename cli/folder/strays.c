/*
 * Files on disk that no entry of the index tells of, and the revisions that they are.
 */
#include "config.h"

#include "folder/strays.h"

#include <dirent.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "commands/wishes.h"
#include "core/interrupt.h"
#include "core/text.h"
#include "core/workfile.h"
#include "folder/index.h"
#include "server/api.h"
#include "server/catalog.h"
#include "server/refusal.h"
#include "terminal/output.h"

enum {
	FILES_MOST = 5000,     /* files that are looked at */
	LEVELS_MOST = 16,      /* folders below each other */
	NAMED_MOST = 20,       /* files that are named */
	REVISIONS_MOST = 5000, /* of an item */
	PART_MOST = 64         /* bytes of a part number */
};

/* A file on disk that no entry tells of. */
struct stray {
	const char *path;
	char digest[WORKFILE_DIGEST]; /* "": can't be read, or has a name that won't do */
	bool placed;
};

struct strays {
	struct folder *folder;
	struct stray *files;
	size_t count;
	json_object *named;   /* the part numbers of the damaged text, as members */
	json_object *held;    /* those that we hold, and the locks */
	json_object *parts;   /* all that may be the part of a file */
	json_object *content; /* SHA-256 → list of {part_number, item_id, revision, filename} */
};

/* Part numbers are compared without regard to case. */
static char *key_of(struct strays *strays, const char *part)
{
	char *key = arena_print(strays->folder->silo->arena, "%s", part);

	for (char *at = key; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + ('a' - 'A'));
	return key;
}

/* Adds a part number to a set, and to those that may be the part of a file. */
static void set_add(struct strays *strays, json_object *set, const char *part)
{
	json_object_object_add(set, key_of(strays, part), NULL);
	json_object_object_add(strays->parts, key_of(strays, part), NULL);
}

static bool set_has(struct strays *strays, json_object *set, const char *part)
{
	return json_object_object_get_ex(set, key_of(strays, part), NULL);
}

int strays_revisions(struct silo *silo, const char *part, json_object **rows)
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
static void look_around(struct strays *strays, const char *below, int levels)
{
	struct folder *folder = strays->folder;
	struct arena *arena = folder->silo->arena;
	DIR *here = opendir(folder_disk_path(folder, below));
	struct entry entry;

	for (struct dirent *name; here != NULL && (name = readdir(here)) != NULL;) {
		const char *path = arena_print(arena, "%s%s", below, name->d_name);
		char *disk = folder_disk_path(folder, path);
		struct stat facts;

		if (name->d_name[0] == '.' || strays->count == FILES_MOST || interrupt_seen() ||
		    lstat(disk, &facts) != 0)
			continue;
		if (S_ISDIR(facts.st_mode) && levels > 0)
			look_around(strays, arena_print(arena, "%s/", path), levels - 1);
		if (S_ISREG(facts.st_mode) && !folder_find_path(folder, disk, &entry)) {
			struct stray *stray = &strays->files[strays->count++];
			int64_t size;

			*stray = (struct stray){.path = path};
			if (workfile_path_problem(path) != NULL ||
			    !workfile_digest(disk, stray->digest, &size))
				stray->digest[0] = '\0';
		}
	}
	if (here != NULL)
		closedir(here);
}

/* The part numbers that a text names which is no JSON any more. */
static void read_named(struct strays *strays)
{
	static const char member[] = "\"part_number\"";
	const char *at = index_text(strays->folder);

	while (at != NULL && (at = strstr(at, member)) != NULL) {
		size_t length;

		at += strlen(member);
		at += strspn(at, " \t\r\n:");
		length = *at == '"' ? strcspn(at + 1, "\"") : 0;
		if (length > 0 && length <= PART_MOST)
			set_add(strays, strays->named,
			        arena_copy(strays->folder->silo->arena, at + 1, length));
	}
}

/* The parts that we hold. */
static int read_held(struct strays *strays)
{
	struct silo *silo = strays->folder->silo;
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
		const char *part = api_text(lock, "part_number");

		if (part == NULL)
			continue;
		set_add(strays, strays->held, part);
		json_object_object_add(strays->held, key_of(strays, part), json_object_get(lock));
	}
	return ended;
}

static const char *own_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The part numbers that a file's name may begin with: up to a blank, up to its ending. */
static void names_of(struct strays *strays, const char *path, char *names[2])
{
	const char *name = own_name(path), *dot = strrchr(name, '.');
	struct arena *arena = strays->folder->silo->arena;

	names[0] = arena_copy(arena, name, strcspn(name, " "));
	names[1] = arena_copy(arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

/* All parts that a file may belong to: named by the text, by a file's name, or held by us. */
static const char **candidates(struct strays *strays, size_t *count)
{
	struct silo *silo = strays->folder->silo;
	const char **parts;
	struct entry entry;

	for (size_t i = 0; i < strays->count; i++) {
		char *names[2];

		names_of(strays, strays->files[i].path, names);
		set_add(strays, strays->parts, names[0]);
		set_add(strays, strays->parts, names[1]);
	}
	*count = 0;
	parts = arena_take(silo->arena,
	                   ((size_t)json_object_object_length(strays->parts) + 1) * sizeof *parts);
	json_object_object_foreach(strays->parts, part, none)
	{
		(void)none;
		if (refusal_is_part_number(part) && !folder_find_part(strays->folder, part, &entry))
			parts[(*count)++] = part;
	}
	return parts;
}

/* Asks what the revisions of those parts hold. */
static int read_content(struct strays *strays)
{
	struct silo *silo = strays->folder->silo;
	size_t count;
	const char **parts = candidates(strays, &count);
	json_object *items, *revisions;
	int ended = catalog_items(silo, parts, count, &items);

	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(items); i++) {
		json_object *item = json_object_array_get_idx(items, i);
		const char *part = api_text(item, "part_number");

		ended = part == NULL ? SILO_DONE : strays_revisions(silo, part, &revisions);
		for (size_t j = 0;
		     part != NULL && ended == SILO_DONE && j < json_object_array_length(revisions);
		     j++) {
			json_object *row = json_object_array_get_idx(revisions, j), *list;
			const char *sha256 = api_text(row, "sha256");

			if (sha256 == NULL)
				continue;
			if (!json_object_object_get_ex(strays->content, sha256, &list)) {
				list = json_object_new_array();
				json_object_object_add(strays->content, sha256, list);
			}
			json_object_object_add(row, "part_number", json_object_new_string(part));
			if (api_text(item, "id") != NULL)
				json_object_object_add(
				    row, "item_id", json_object_new_string(api_text(item, "id")));
			json_object_array_add(list, json_object_get(row));
		}
	}
	return ended;
}

/* How likely a file belongs to a part: the damaged text names it, its own name does, neither. */
static int likelihood(struct strays *strays, const struct stray *stray, const char *part)
{
	char *names[2];

	if (set_has(strays, strays->named, part))
		return 2;
	names_of(strays, stray->path, names);
	return strcasecmp(names[0], part) == 0 || strcasecmp(names[1], part) == 0;
}

/* The revision that a file is, if it is that of one part only; newest first stand in the list. */
static json_object *match(struct strays *strays, const struct stray *stray, bool by_name)
{
	json_object *list = api_array(strays->content, stray->digest), *best = NULL;
	int best_likely = -1;
	bool several = false;

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		json_object *row = json_object_array_get_idx(list, i);
		const char *part = api_text(row, "part_number"), *name = api_text(row, "filename");
		struct entry entry;
		int likely;

		if (folder_find_part(strays->folder, part, &entry) ||
		    (by_name && (name == NULL || strcmp(name, own_name(stray->path)) != 0)))
			continue;
		likely = likelihood(strays, stray, part);
		/* An older revision of the same content changes nothing. */
		if (likely < best_likely ||
		    (best != NULL && strcasecmp(api_text(best, "part_number"), part) == 0))
			continue;
		several = likely == best_likely;
		best = row;
		best_likely = likely;
	}
	return several ? NULL : best;
}

/* Ours, taken at this machine, and writable: it is checked out here. */
static void see_check_out(struct strays *strays, struct entry *entry)
{
	struct folder *folder = strays->folder;
	json_object *lock = api_object(strays->held, key_of(strays, entry->part_number));
	const char *workstation = api_text(lock, "workstation");
	bool named = workstation != NULL && *workstation != '\0';

	if (lock == NULL || (named && strcmp(workstation, wish_workstation(folder->silo)) != 0))
		return;
	entry->checked_out = workfile_is_writable(folder_disk_path(folder, entry->path));
	entry->workstation = entry->checked_out && named ? workstation : NULL;
}

/* Gives the files that are a revision their entry, those first that have its file name too. */
static void place_strays(struct strays *strays, bool by_name)
{
	struct folder *folder = strays->folder;

	for (size_t i = 0; i < strays->count; i++) {
		struct stray *stray = &strays->files[i];
		json_object *row = stray->placed ? NULL : match(strays, stray, by_name);
		struct entry entry = {.path = stray->path, .sha256 = stray->digest};

		if (row == NULL)
			continue;
		entry.part_number = api_text(row, "part_number");
		entry.item_id = api_text(row, "item_id");
		entry.revision = api_number(row, "revision_number", 0);
		see_check_out(strays, &entry);
		folder_put(folder, &entry);
		stray->placed = true;
	}
}

void strays_tell(const struct strays *strays)
{
	struct silo *silo = strays->folder->silo;
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < strays->count; i++)
		if (!strays->files[i].placed && count++ < NAMED_MOST)
			list = arena_print(silo->arena, "%s%s%s", list, *list ? ", " : "",
			                   folder_shown(strays->folder, strays->files[i].path));
	if (count > NAMED_MOST)
		list = arena_print(silo->arena, "%s, and %zu more", list, count - NAMED_MOST);
	if (count > 0)
		output_warn(silo,
		            "these belong to no revision that is known, and were left alone: %s\n",
		            list);
}

struct strays *strays_find(struct folder *folder)
{
	struct silo *silo = folder->silo;
	struct strays *strays = arena_take(silo->arena, sizeof *strays);
	int ended;

	*strays =
	    (struct strays){.folder = folder,
	                    .files = arena_take(silo->arena, FILES_MOST * sizeof *strays->files),
	                    .named = silo_keep(silo, json_object_new_object()),
	                    .held = silo_keep(silo, json_object_new_object()),
	                    .parts = silo_keep(silo, json_object_new_object()),
	                    .content = silo_keep(silo, json_object_new_object())};
	ended = read_held(strays);
	read_named(strays);
	look_around(strays, "", LEVELS_MOST);
	if (ended == SILO_DONE)
		ended = read_content(strays);
	if (ended == SILO_DONE && interrupt_seen())
		ended = silo_fail(silo, SILO_FAILED, "interrupted", "interrupted");
	if (ended != SILO_DONE)
		return NULL;
	place_strays(strays, true);
	place_strays(strays, false);
	return strays;
}
