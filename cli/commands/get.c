/*
 * get: read-only copies without a lock, and bringing unchanged files up to date.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "commands/commands.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/workfile.h"
#include "exchange/orphan.h"
#include "exchange/placement.h"
#include "exchange/rebuild.h"
#include "folder/file_state.h"
#include "server/catalog.h"
#include "terminal/output.h"

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
static int place_one(struct folder *folder, struct placement *place, bool recorded)
{
	struct entry entry = {.path = place->path,
	                      .part_number = place->revision.part_number,
	                      .item_id = place->known ? place->entry.item_id : NULL,
	                      .revision = place->revision.number,
	                      .sha256 = place->revision.sha256};
	char *disk;
	int ended = placement_do(folder, place);

	if (ended != SILO_DONE || place->action == PLACEMENT_NOTHING)
		return ended;
	disk = folder_disk_path(folder, place->path);
	if (recorded && place->known && place->entry.checked_out)
		entry.checked_out = true, entry.workstation = place->entry.workstation;
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
	struct placement_options options = {.to = silo_option(silo, "to"),
	                                    .force = silo_option(silo, "force") != NULL,
	                                    .beside = silo_option(silo, "beside") != NULL};
	struct placement place = {0};
	struct entry entry;
	const char *part;
	int64_t number;
	int ended;

	if (folder_find_path(folder, word, &entry)) {
		part = entry.part_number;
		number = 0;
	} else if (!read_word(silo, word, &part, &number)) {
		return silo_fail(silo, SILO_USAGE, "usage",
		                 "“%s” is neither a part number nor PN@REV", word);
	}
	options.beside = options.beside || number > 0;
	ended = number > 0 ? transfer_revision(silo, part, number, &place.revision)
	                   : transfer_head(silo, part, &place.revision);
	if (ended != SILO_DONE)
		return orphan_explain(folder, part);
	if (ended == SILO_DONE && place.revision.sha256 == NULL)
		ended = silo_fail(silo, SILO_FAILED, "no_file", "%s has no file yet", part);
	if (ended == SILO_DONE)
		ended = placement_decide(folder, &options, &place, 0);
	if (ended == SILO_DONE)
		ended = place_one(folder, &place, !options.beside);
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s revision %lld: %s\n", place.revision.part_number,
	           (long long)place.revision.number, folder_shown(folder, place.path));
	if (place.backup != NULL)
		output_say(silo, "  the file that was there is kept in %s\n", place.backup);
	json_object_array_add(
	    rows,
	    placement_json(&place, place.action == PLACEMENT_ADOPT ? "unchanged" : "downloaded"));
	return SILO_DONE;
}

/* What became of the folder's files. */
struct tally {
	size_t fetched, left;
	struct failure failure; /* the first; the others are warned of */
};

/* One file that stays as it is, and why: the others are brought up to date all the same. */
static void leave(struct folder *folder, const struct entry *entry, const char *why,
                  struct tally *tally, json_object *rows)
{
	struct placement place = {.path = entry->path,
	                          .revision = {.part_number = entry->part_number,
	                                       .number = entry->revision,
	                                       .sha256 = entry->sha256}};

	if (why != NULL)
		output_warn(folder->silo, "%s\n", why);
	tally->left++;
	json_object_array_add(rows, placement_json(&place, "skipped"));
}

/* One file that could not be dealt with: the command fails in the end. */
static void leave_failed(struct folder *folder, const struct entry *entry, struct tally *tally,
                         json_object *rows)
{
	struct silo *silo = folder->silo;
	bool first = tally->failure.message == NULL;

	if (first)
		tally->failure = silo->failure;
	leave(folder, entry, first ? NULL : silo->failure.message, tally, rows);
	silo->failure = (struct failure){0};
}

/* Brings one file to the newest revision if that takes nothing of one's own away. */
static int refresh_one(struct folder *folder, const struct entry *entry, struct tally *tally,
                       json_object *rows)
{
	struct silo *silo = folder->silo;
	struct placement_options options = {0};
	struct placement place = {0};
	int ended = transfer_head(silo, entry->part_number, &place.revision);

	if (ended == SILO_DONE)
		ended = placement_decide(folder, &options, &place, 0);
	if (ended == SILO_DONE)
		ended = place_one(folder, &place, true);
	if (ended == SILO_STALE) {
		/* Changes of one's own. */
		leave(folder, entry, silo->failure.message, tally, rows);
		silo->failure = (struct failure){0};
		return SILO_DONE;
	}
	if (ended == SILO_FAILED && place.path != NULL && !interrupt_seen()) {
		leave_failed(folder, entry, tally, rows);
		return SILO_DONE;
	}
	if (ended != SILO_DONE)
		return ended;
	tally->fetched++;
	output_say(silo, "%s revision %lld: %s\n", entry->part_number,
	           (long long)place.revision.number, folder_shown(folder, entry->path));
	json_object_array_add(rows, placement_json(&place, "downloaded"));
	return SILO_DONE;
}

/* Up to date is what disk, index and server agree about; anything else is fetched or reported. */
static int judge_one(struct folder *folder, const struct entry *entry, json_object *item,
                     struct tally *tally, json_object *rows)
{
	struct silo *silo = folder->silo;
	struct file_state found = file_state_of(folder, entry);
	const char *shown = folder_shown(folder, entry->path), *why;

	if (found.state == FILE_UNREADABLE) {
		silo_fail(silo, SILO_FAILED, "file", "can't read %s: %s", shown, found.why);
		leave_failed(folder, entry, tally, rows);
		return SILO_DONE;
	}
	if (item == NULL) {
		why = arena_print(silo->arena, "%s: %s %s: silo status", shown, entry->part_number,
		                  orphan_reason(silo, entry->part_number));
		leave(folder, entry, why, tally, rows);
		return SILO_DONE;
	}
	if (found.state == FILE_MISSING ||
	    member_number(item, "current_revision", 0) != entry->revision)
		return refresh_one(folder, entry, tally, rows);
	if (found.state == FILE_UNCHANGED)
		return SILO_DONE;
	/* Work in progress needs no word; what nobody checked out may have been replaced unseen. */
	why = arena_print(silo->arena,
	                  "%s has changes here and is not checked out: silo get %s --force brings "
	                  "revision %lld back",
	                  shown, entry->part_number, (long long)entry->revision);
	leave(folder, entry, entry->checked_out ? NULL : why, tally, rows);
	return SILO_DONE;
}

/* All files of the folder. */
static int refresh(struct folder *folder, json_object *rows)
{
	struct silo *silo = folder->silo;
	size_t count;
	struct tally tally = {0};
	struct entry *entries = folder_entries(folder, &count);
	const char **parts = arena_take(silo->arena, (count + 1) * sizeof *parts);
	json_object *items;
	int ended;

	for (size_t i = 0; i < count; i++)
		parts[i] = entries[i].part_number;
	ended = catalog_items(silo, parts, count, &items);
	for (size_t i = 0; ended == SILO_DONE && i < count; i++)
		ended = judge_one(folder, &entries[i], catalog_find(items, parts[i]), &tally, rows);
	if (ended != SILO_DONE)
		return ended;
	if (tally.left == 0 && tally.fetched == 0)
		output_say(silo, "everything is up to date\n");
	else if (tally.left > 0)
		output_say(silo, "%zu file%s left as %s; the others are up to date\n", tally.left,
		           tally.left == 1 ? "" : "s", tally.left == 1 ? "it is" : "they are");
	silo->failure = tally.failure;
	return tally.failure.message != NULL ? tally.failure.exit : SILO_DONE;
}

int get_run(struct silo *silo)
{
	json_object *rows = silo_keep(silo, json_object_new_array());
	struct folder folder;
	int ended = api_open(silo);

	if (silo_option(silo, "to") != NULL && silo->word_count != 1)
		return silo_fail(silo, SILO_USAGE, "usage", "--to goes with one item only");
	if (ended == SILO_DONE)
		ended = rebuild_open(silo, silo->word_count > 0, &folder);
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
