/*
 * unlock: releases locks, all of those named or none, and makes their files read-only again.
 */
#include "config.h"

#include <string.h>
#include "commands/commands.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "exchange/changes_elsewhere.h"
#include "exchange/orphan.h"
#include "exchange/rebuild.h"
#include "folder/file_state.h"
#include "folder/folder.h"
#include "folder/known_folders.h"
#include "server/api.h"
#include "server/catalog.h"
#include "server/refusal.h"
#include "server/words.h"
#include "terminal/output.h"

/* Nobody can tell whether it has changes: it is treated as if it had. */
static int refuse_unknown(struct folder *folder, const struct entry *entry,
                          const struct file_state *found)
{
	struct silo *silo = folder->silo;

	silo_fail(silo, SILO_FAILED, "has_changes", "can't tell whether %s has changes: %s",
	          folder_shown(folder, entry->path), found->why);
	if (found->state == FILE_MISSING)
		silo_hint(silo, "silo undo %s          brings it back and releases",
		          entry->part_number);
	silo_hint(silo, "silo unlock %s --yes  releases it anyway", entry->part_number);
	return SILO_FAILED;
}

/* A file of this folder that must not be released yet because it has changes. */
static int refuse_changes(struct folder *folder, const struct entry *entry)
{
	struct silo *silo = folder->silo;
	struct file_state found;

	if (silo_option(silo, "yes") != NULL || !entry->checked_out)
		return SILO_DONE;
	found = file_state_of(folder, entry);
	/* Of an item that is gone there is no lock to be given away. */
	if (found.state == FILE_UNCHANGED || orphan_is(silo, entry->part_number))
		return SILO_DONE;
	if (found.why != NULL)
		return refuse_unknown(folder, entry, &found);
	silo_fail(silo, SILO_FAILED, "has_changes", "%s has changes that are not committed",
	          folder_shown(folder, entry->path));
	silo_hint(silo, "silo commit %s -m …   uploads them and releases", entry->part_number);
	silo_hint(silo, "silo undo %s          drops them and releases", entry->part_number);
	silo_hint(silo, "silo unlock %s --yes  releases; the changes stay here",
	          entry->part_number);
	return SILO_FAILED;
}

/* Before a release: an admin shall not force another's lock without meaning to. */
static int check_holder(struct silo *silo, json_object *item, const char *part_number)
{
	json_object *lock = member_object(item, "lock");
	const char *holder = member_text(lock, "locked_by");

	if (holder == NULL || silo_option(silo, "force") != NULL || strcmp(holder, silo->user) == 0)
		return SILO_DONE;
	silo_fail(silo, SILO_HELD, "not_lock_owner", "%s is held by %s", part_number,
	          words_lock(silo, lock));
	silo_hint(silo, "silo request %s -m …                  asks the holder", part_number);
	silo_hint(silo, "silo unlock %s --force --reason …     releases it (admins)", part_number);
	silo->failure.details = item;
	return SILO_HELD;
}

/* The locks of these items that are ours. */
static json_object *own_locks(struct silo *silo, json_object *items)
{
	json_object *locks = silo_keep(silo, json_object_new_array());

	for (size_t i = 0; i < json_object_array_length(items); i++) {
		json_object *lock = member_object(json_object_array_get_idx(items, i), "lock");
		const char *holder = member_text(lock, "locked_by");

		if (holder != NULL && strcmp(holder, silo->user) == 0)
			json_object_array_add(locks, json_object_get(lock));
	}
	return locks;
}

/* The words as part numbers, each judged before anything is released. */
static int judge_words(struct folder *folder, json_object **leases)
{
	struct silo *silo = folder->silo;
	json_object *items;
	struct entry entry;
	int ended;

	for (int i = 0; i < silo->word_count; i++) {
		if (!folder_find(folder, silo->words[i], &entry))
			continue;
		ended = refuse_changes(folder, &entry);
		if (ended != SILO_DONE)
			return ended;
		silo->words[i] = arena_print(silo->arena, "%s", entry.part_number);
	}
	ended =
	    catalog_items(silo, (const char *const *)silo->words, (size_t)silo->word_count, &items);
	for (int i = 0; ended == SILO_DONE && i < silo->word_count; i++)
		ended = check_holder(silo, catalog_find(items, silo->words[i]), silo->words[i]);
	if (ended == SILO_DONE && silo_option(silo, "yes") == NULL)
		ended = changes_elsewhere_refuse(folder, own_locks(silo, items));
	if (ended == SILO_DONE)
		*leases = catalog_leases(silo, items, (const char *const *)silo->words,
		                         (size_t)silo->word_count);
	return ended;
}

/* With --mine: no file of this folder or another may have changes. */
static int judge_mine(struct folder *folder)
{
	struct silo *silo = folder->silo;
	const char *path =
	    arena_print(silo->arena, "/api/locks?user=%s", text_encoded(silo->arena, silo->user));
	json_object *locks;
	size_t count, other_count;
	struct entry *entries = folder_entries(folder, &count);
	int ended = SILO_DONE;

	for (size_t i = 0; ended == SILO_DONE && i < count; i++)
		ended = refuse_changes(folder, &entries[i]);
	(void)known_folders_others(folder, &other_count);
	if (ended != SILO_DONE || silo_option(silo, "yes") != NULL || other_count == 0)
		return ended;
	ended = api_list(silo, path, "locks", 0, &locks);
	return ended == SILO_DONE ? changes_elsewhere_refuse(folder, locks) : ended;
}

/* True when a list of locks names the part. */
static bool names(json_object *locks, const char *part_number)
{
	return locks != NULL && catalog_find(locks, part_number) != NULL;
}

/* After a release: the files are read-only again. */
static int note_release(struct folder *folder, json_object *locks, const char *ended_already)
{
	size_t count;
	struct entry *entries;
	int ended = folder_begin(folder);

	if (ended != SILO_DONE)
		return ended;
	entries = folder_entries(folder, &count);
	for (size_t i = 0; i < count; i++) {
		const char *part = entries[i].part_number;

		if (!entries[i].checked_out ||
		    (!names(locks, part) &&
		     (ended_already == NULL || strcmp(ended_already, part) != 0)))
			continue;
		entries[i].checked_out = false;
		(void)workfile_set_writable(folder_disk_path(folder, entries[i].path), false);
		folder_put(folder, &entries[i]);
	}
	return folder_end(folder);
}

/* True when a part that is checked out here is among the released: then the index changes. */
static bool concerns_folder(struct folder *folder, json_object *locks, const char *ended_already)
{
	size_t count;
	struct entry *entries = folder_entries(folder, &count);

	for (size_t i = 0; i < count; i++)
		if (entries[i].checked_out &&
		    (names(locks, entries[i].part_number) ||
		     (ended_already != NULL && strcmp(ended_already, entries[i].part_number) == 0)))
			return true;
	return false;
}

/* Releases in one transaction, none but the leases that were judged; *answer says which. */
static int release(struct silo *silo, bool mine, json_object *leases, struct api_answer *answer)
{
	const char *reason = silo_option(silo, "reason");
	json_object *body = json_object_new_object();

	if (mine)
		json_object_object_add(body, "mine", json_object_new_boolean(true));
	else
		json_object_object_add(body, "part_numbers",
		                       members_array(silo->words, silo->word_count));
	if (leases != NULL)
		json_object_object_add(body, "lease_ids", json_object_get(leases));
	if (reason != NULL)
		json_object_object_add(body, "reason", json_object_new_string(reason));
	return api_call(silo, "DELETE", "/api/locks", body, answer);
}

/* Another's lock, and we are no admin: taking it by other means is not the next step. */
static int explain(struct silo *silo, const struct api_answer *answer)
{
	json_object *lock = member_object(answer->body, "lock"), *details = silo->failure.details;
	const char *part = member_text(lock, "part_number");

	if (strcmp(silo->failure.code, "not_lock_owner") != 0 || part == NULL)
		return silo->failure.exit;
	silo_fail(silo, SILO_HELD, "not_lock_owner",
	          "only its holder or an admin can release %s, held by %s", part,
	          words_lock(silo, lock));
	silo_hint(silo, "silo request %s -m …   asks the holder", part);
	silo->failure.details = details;
	return SILO_HELD;
}

/* Shows what was released. */
static void show(struct silo *silo, json_object *body)
{
	json_object *locks = catalog_order(body, "locks", (const char *const *)silo->words,
	                                   (size_t)silo->word_count);

	if (silo->json)
		output_json(json_object_get(body));
	for (size_t i = 0; locks != NULL && i < json_object_array_length(locks); i++) {
		const char *part = member_text(json_object_array_get_idx(locks, i), "part_number");

		output_say(silo, "%s is free\n", part ? part : "?");
	}
	if (locks == NULL || json_object_array_length(locks) == 0)
		output_say(silo, "no locks to release\n");
}

int unlock_run(struct silo *silo)
{
	bool mine = silo_option(silo, "mine") != NULL;
	const char *gone = NULL;
	json_object *leases = NULL;
	struct folder folder;
	struct api_answer answer;
	struct failure failure;
	int ended = api_open(silo);

	if (mine == (silo->word_count > 0))
		return silo_fail(silo, SILO_USAGE, "usage", "give either part numbers or --mine");
	if (ended == SILO_DONE)
		ended = rebuild_open(silo, true, &folder);
	if (ended == SILO_DONE && api_user(silo) == NULL)
		ended = silo->failure.exit;
	if (ended == SILO_DONE)
		ended = mine ? judge_mine(&folder) : judge_words(&folder, &leases);
	if (ended != SILO_DONE)
		return ended;
	ended = release(silo, mine, leases, &answer);
	if (refusal_is_no_item(silo) && silo->word_count == 1)
		return orphan_explain(&folder, silo->words[0]);
	failure = silo->failure;
	/* Ended already, e.g. expired: its file here is no work in progress any more either. */
	if (ended != SILO_DONE && strcmp(failure.code, "not_locked") == 0)
		gone = member_text(answer.body, "part_number");
	else if (ended != SILO_DONE)
		return explain(silo, &answer);
	if (concerns_folder(&folder, member_array(answer.body, "locks"), gone) &&
	    note_release(&folder, member_array(answer.body, "locks"), gone) != SILO_DONE)
		return silo->failure.exit;
	silo->failure = failure;
	if (ended == SILO_DONE)
		show(silo, answer.body);
	return ended;
}
