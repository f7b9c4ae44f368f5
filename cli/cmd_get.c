/*
 * get: read-only copies without a lock, and bringing unchanged files up to date.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "catalog.h"
#include "command.h"
#include "output.h"
#include "place.h"
#include "workfile.h"

/* "PN@REV" taken apart: 0 = the newest.  False when the number is none. */
static bool read_word(struct silo *silo, const char *word, const char **part, int64_t *number)
{
	const char *at = strrchr(word, '@');

	*part = word;
	*number = 0;
	if (at == NULL)
		return true;
	if (at[1] == '\0' || strspn(at + 1, "0123456789") != strlen(at + 1) || strlen(at + 1) > 9)
		return false;
	*part = arena_copy(silo->arena, word, (size_t)(at - word));
	*number = strtol(at + 1, NULL, 10);
	return *number > 0;
}

/* Places one decided revision and, unless it lies beside, records it. */
static int place_one(struct folder *folder, struct place *place, bool recorded)
{
	struct entry entry = {.path = place->path,
	                      .part_number = place->revision.part_number,
	                      .item_id = place->known ? place->entry.item_id : NULL,
	                      .revision = place->revision.number,
	                      .sha256 = place->revision.sha256};
	char *disk;
	int ended = place_do(folder, place);

	if (ended != SILO_DONE || place->action == PLACE_NOTHING)
		return ended;
	disk = folder_disk_path(folder, place->path);
	if (recorded && place->known && place->entry.checked_out)
		entry.checked_out = true;
	else if (!workfile_set_writable(disk, false))
		return silo_fail(folder->silo, SILO_FAILED, "file", "can't make %s read-only: %s",
		                 place->path, strerror(errno));
	if (entry.checked_out && !workfile_set_writable(disk, true))
		return silo_fail(folder->silo, SILO_FAILED, "file", "can't make %s writable: %s",
		                 place->path, strerror(errno));
	return recorded ? folder_record(folder, &entry) : SILO_DONE;
}

/* One word: which revision, where to, done. */
static int get_one(struct folder *folder, const char *word, json_object *rows)
{
	struct silo *silo = folder->silo;
	struct place_wish wish = {.to = silo_option(silo, "to"),
	                          .force = silo_option(silo, "force") != NULL,
	                          .beside = silo_option(silo, "beside") != NULL};
	struct place place = {0};
	struct entry entry;
	const char *part;
	int64_t number;
	int ended;

	if (folder_find_path(folder, word, &entry)) {
		part = entry.part_number;
		number = 0;
	} else if (!read_word(silo, word, &part, &number)) {
		return silo_fail(silo, SILO_USAGE, "usage", "“%s” is no part number or PN@REV",
		                 word);
	}
	wish.beside = wish.beside || number > 0;
	ended = number > 0 ? transfer_revision(silo, part, number, &place.revision)
	                   : transfer_head(silo, part, &place.revision);
	if (ended == SILO_DONE && place.revision.sha256 == NULL)
		ended = silo_fail(silo, SILO_FAILED, "no_file", "%s has no file yet", part);
	if (ended == SILO_DONE)
		ended = place_decide(folder, &wish, &place);
	if (ended == SILO_DONE)
		ended = place_one(folder, &place, !wish.beside);
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s revision %lld: %s\n", place.revision.part_number,
	           (long long)place.revision.number, folder_shown(folder, place.path));
	if (place.backup != NULL)
		output_say(silo, "  what was there is kept in %s\n", place.backup);
	json_object_array_add(
	    rows, place_json(&place, place.action == PLACE_ADOPT ? "unchanged" : "downloaded"));
	return SILO_DONE;
}

/* Brings one outdated entry to the newest revision if it is unchanged here. */
static int refresh_one(struct folder *folder, const struct entry *entry, json_object *rows)
{
	struct silo *silo = folder->silo;
	struct place_wish wish = {0};
	struct place place = {0};
	int ended = transfer_head(silo, entry->part_number, &place.revision);

	if (ended == SILO_DONE)
		ended = place_decide(folder, &wish, &place);
	if (ended == SILO_DONE)
		ended = place_one(folder, &place, true);
	if (ended == SILO_STALE || (ended == SILO_FAILED && place.path != NULL)) {
		/* Changes of one's own: told, and the others still are brought up to date. */
		output_warn(silo, "%s\n", silo->failure.message);
		silo->failure = (struct failure){0};
		json_object_array_add(rows, place_json(&place, "skipped"));
		return SILO_DONE;
	}
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s revision %lld: %s\n", entry->part_number,
	           (long long)place.revision.number, folder_shown(folder, entry->path));
	json_object_array_add(rows, place_json(&place, "downloaded"));
	return SILO_DONE;
}

/* All files of the folder. */
static int refresh(struct folder *folder, json_object *rows)
{
	struct silo *silo = folder->silo;
	size_t count, fetched = 0;
	struct entry *entries = folder_entries(folder, &count);
	const char **parts = arena_take(silo->arena, (count + 1) * sizeof *parts);
	json_object *items;
	int ended;

	for (size_t i = 0; i < count; i++)
		parts[i] = entries[i].part_number;
	ended = catalog_items(silo, parts, count, &items);
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		json_object *item = catalog_find(items, entries[i].part_number);

		if (item == NULL || api_number(item, "current_revision", 0) == entries[i].revision)
			continue;
		ended = refresh_one(folder, &entries[i], rows);
		fetched++;
	}
	if (ended == SILO_DONE && fetched == 0)
		output_say(silo, "everything is up to date\n");
	return ended;
}

int get_run(struct silo *silo)
{
	json_object *rows = silo_keep(silo, json_object_new_array());
	struct folder folder;
	int ended = api_open(silo);

	if (silo_option(silo, "to") != NULL && silo->word_count != 1)
		return silo_fail(silo, SILO_USAGE, "usage", "--to goes with one part only");
	if (ended == SILO_DONE)
		ended = folder_open(silo, silo->word_count > 0, &folder);
	if (ended == SILO_DONE && silo->word_count == 0)
		ended = refresh(&folder, rows);
	for (int i = 0; ended == SILO_DONE && i < silo->word_count; i++)
		ended = get_one(&folder, silo->words[i], rows);
	if (ended != SILO_DONE)
		silo_fail_after(silo, rows);
	else if (silo->json)
		output_json_member("files", rows);
	return ended;
}
