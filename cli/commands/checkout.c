/*
 * checkout: the locks, all or none, then the files.
 *
 * Order, so that a crash at any step leaves something to go on from: locks, files (read-only),
 * index, then write permission.  Run again, it renews the locks and adopts what is there.
 */
#include "config.h"

#include "commands/checkout.h"

#include <errno.h>
#include <string.h>
#include "commands/commands.h"
#include "commands/options.h"
#include "core/failpoint.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "exchange/orphan.h"
#include "exchange/placement.h"
#include "exchange/rebuild.h"
#include "folder/known_folders.h"
#include "server/catalog.h"
#include "server/lock_wait.h"
#include "terminal/output.h"

enum { BATCH = 50 }; /* files between two writes of the index */

/* The words as part numbers: files of this folder stand for their part. */
static void read_words(struct folder *folder, char **words, int count)
{
	for (int i = 0; i < count; i++) {
		struct entry entry;

		if (folder_find_path(folder, words[i], &entry))
			words[i] = arena_print(folder->silo->arena, "%s", entry.part_number);
	}
}

/* Those of the parts that we do not hold yet: given back if the files can't be placed. */
static int not_held_yet(struct silo *silo, char **words, int count, json_object **fresh)
{
	json_object *rows;
	int ended = catalog_items(silo, (const char *const *)words, (size_t)count, &rows);

	*fresh = silo_keep(silo, json_object_new_array());
	for (int i = 0; ended == SILO_DONE && i < count; i++) {
		json_object *lock = member_object(catalog_find(rows, words[i]), "lock");
		const char *holder = member_text(lock, "locked_by");

		if (holder == NULL || strcmp(holder, silo->user) != 0)
			json_object_array_add(*fresh, json_object_new_string(words[i]));
	}
	return ended;
}

/* Gives locks back after a failure, without hiding it. */
static void give_back(struct silo *silo, json_object *part_numbers, json_object *locks)
{
	struct failure kept = silo->failure;
	json_object *body, *leases = json_object_new_array();
	struct api_answer answer;
	bool numbered = true;
	const char *names = "";

	silo_keep(silo, leases);
	if (json_object_array_length(part_numbers) == 0)
		return;
	for (size_t i = 0; i < json_object_array_length(part_numbers); i++) {
		json_object *name = json_object_array_get_idx(part_numbers, i);
		json_object *lock = catalog_find(locks, json_object_get_string(name));
		int64_t lease = member_number(lock, "lease_id", 0);

		names = arena_print(silo->arena, "%s %s", names, json_object_get_string(name));
		numbered = numbered && lease > 0;
		json_object_array_add(leases, json_object_new_int64(lease));
	}
	body = json_object_new_object();
	if (numbered)
		json_object_object_add(body, "lease_ids", json_object_get(leases));
	json_object_object_add(body, "part_numbers", json_object_get(part_numbers));
	if (api_call(silo, "DELETE", "/api/locks", body, &answer) != SILO_DONE)
		output_warn(silo, "you may still hold what was locked for this: silo unlock%s\n",
		            names);
	silo->failure = kept;
}

/* Takes the locks, waiting for them if that is wished. */
static int take_locks(struct silo *silo, char **words, int count, json_object **locks)
{
	bool wait = silo_option(silo, "wait") != NULL;
	json_object *body = silo_keep(silo, option_lock_body(silo, members_array(words, count)));
	int64_t timeout = option_duration(silo, "timeout");
	struct api_answer answer;
	int ended;

	if (body == NULL || timeout < 0)
		return silo->failure.exit;
	ended =
	    wait ? lock_wait(silo, body, words, count, timeout, &answer)
	         : api_call_repeatable(silo, "POST", "/api/locks", json_object_get(body), &answer);
	if (ended != SILO_DONE)
		return option_explain_lease(silo);
	*locks = catalog_order(answer.body, "locks", (const char *const *)words, (size_t)count);
	if (*locks == NULL || (int)json_object_array_length(*locks) == 0)
		return silo_fail(silo, SILO_FAILED, "bad_answer", "the server returned no locks");
	return SILO_DONE;
}

/* Decides for every part before anything is written. */
static int decide_all(struct folder *folder, const struct placement_options *options,
                      json_object *locks, struct placement *places, size_t count)
{
	struct silo *silo = folder->silo;

	for (size_t i = 0; i < count; i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		const char *part = member_text(lock, "part_number");
		int ended;

		if (part == NULL)
			return silo_fail(silo, SILO_FAILED, "bad_answer",
			                 "the server returned a lock without a part number");
		places[i].item_id = member_text(lock, "item_id");
		ended = transfer_head(silo, part, &places[i].revision);
		if (ended == SILO_DONE)
			ended = placement_decide(folder, options, places, i);
		if (ended != SILO_DONE)
			return ended;
	}
	return SILO_DONE;
}

/* The index's entry of a part that is checked out now. */
static struct entry entry_of(struct silo *silo, const struct placement *place)
{
	return (struct entry){
	    .path = place->path,
	    .part_number = place->revision.part_number,
	    .item_id = place->item_id,
	    .revision = place->revision.number,
	    .sha256 = place->revision.sha256,
	    .checked_out = true,
	    .workstation = silo_workstation(silo),
	};
}

/* Records the places [from, to) in the index, then makes them writable. */
static int record(struct folder *folder, struct placement *places, size_t from, size_t to)
{
	int ended = folder_begin(folder);

	if (ended != SILO_DONE)
		return ended;
	for (size_t i = from; i < to; i++) {
		struct entry entry = entry_of(folder->silo, &places[i]);

		if (places[i].action == PLACEMENT_NOTHING)
			continue;
		if (places[i].known && strcmp(places[i].entry.path, entry.path) != 0)
			folder_drop(folder, places[i].entry.path);
		folder_put(folder, &entry);
	}
	ended = folder_end(folder);
	fail_point("recorded");
	for (size_t i = from; ended == SILO_DONE && i < to; i++)
		if (places[i].action != PLACEMENT_NOTHING &&
		    !workfile_set_writable(folder_disk_path(folder, places[i].path), true))
			ended = silo_fail(folder->silo, SILO_FAILED, "file",
			                  "can't make %s writable: %s", places[i].path,
			                  strerror(errno));
	fail_point("writable");
	return ended;
}

/* Fetches and records all, batch by batch; *done says how many are both. */
static int place_all(struct folder *folder, struct placement *places, size_t count, size_t *done)
{
	int ended = SILO_DONE;

	*done = 0;
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		ended = placement_do(folder, &places[i]);
		if (ended == SILO_DONE && (i + 1 == count || i + 1 - *done == BATCH)) {
			ended = record(folder, places, *done, i + 1);
			*done = ended == SILO_DONE ? i + 1 : *done;
		} else if (ended != SILO_DONE && i > *done) {
			/* What has arrived is recorded, whatever became of the rest. */
			struct failure kept = folder->silo->failure;

			if (record(folder, places, *done, i) == SILO_DONE) {
				folder->silo->failure = kept;
				*done = i;
			}
		}
	}
	return ended;
}

/* What happened to one file, in the words of --json. */
static const char *outcome_of(const struct placement *place)
{
	static const char *const outcomes[] = {
	    [PLACEMENT_FETCH] = "downloaded",    [PLACEMENT_ADOPT] = "unchanged",
	    [PLACEMENT_KEEP] = "kept_changes",   [PLACEMENT_BACKUP] = "replaced",
	    [PLACEMENT_NOTHING] = "locked_only",
	};

	return outcomes[place->action];
}

/* Tells a person about one part. */
static void tell(struct folder *folder, const struct placement *place, json_object *lock)
{
	struct silo *silo = folder->silo;
	time_t until = text_time(member_text(lock, "expires_at"));
	const char *part = place->revision.part_number;

	if (place->action == PLACEMENT_NOTHING) {
		output_say(silo, "%s is yours; it has no file yet: silo add FILE --part %s\n", part,
		           part);
		return;
	}
	output_say(silo, "%s is yours until %s: %s (revision %lld%s)\n", part,
	           text_when(silo->arena, until, http_now(silo->http)),
	           folder_shown(folder, place->path), (long long)place->revision.number,
	           place->action == PLACEMENT_KEEP ? ", with your changes" : "");
	if (place->backup != NULL)
		output_say(silo, "  the file that was there is kept in %s\n", place->backup);
	if (known_folders_other(folder, part) != NULL)
		output_warn(silo, "%s is also checked out in %s\n", part,
		            known_folders_other(folder, part));
}

/* Shows the first `count` places, which are done. */
static void show(struct folder *folder, struct placement *places, json_object *locks, size_t count,
                 json_object *files)
{
	for (size_t i = 0; i < count; i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		json_object *file = placement_json(&places[i], outcome_of(&places[i]));

		tell(folder, &places[i], lock);
		json_object_object_add(file, "lock", json_object_get(lock));
		json_object_array_add(files, file);
	}
}

int checkout_parts(struct folder *folder, char **words, int word_count,
                   const struct placement_options *options, json_object **files)
{
	struct silo *silo = folder->silo;
	json_object *locks = NULL, *fresh;
	struct placement *places;
	size_t count, done;
	int ended;

	*files = silo_keep(silo, json_object_new_array());
	read_words(folder, words, word_count);
	if (api_user(silo) == NULL)
		return silo->failure.exit;
	ended = not_held_yet(silo, words, word_count, &fresh);
	if (ended == SILO_DONE)
		ended = take_locks(silo, words, word_count, &locks);
	if (ended != SILO_DONE)
		return word_count == 1 ? orphan_explain(folder, words[0]) : ended;
	fail_point("locked");
	count = json_object_array_length(locks);
	places = arena_take(silo->arena, count * sizeof *places);
	ended = decide_all(folder, options, locks, places, count);
	if (ended != SILO_DONE) {
		give_back(silo, fresh, locks);
		return ended;
	}
	known_folders_add(folder);
	ended = place_all(folder, places, count, &done);
	show(folder, places, locks, done, *files);
	if (ended == SILO_DONE)
		return SILO_DONE;
	silo_hint(silo, count == 1 ? "you hold the lock: run the same command again to continue"
	                           : "you hold the locks: run the same command again to continue");
	silo_hint(silo, "silo unlock %s releases what you don't need",
	          count == 1 ? places[0].revision.part_number : "PN");
	silo_fail_after(silo, *files);
	return ended;
}

int checkout_run(struct silo *silo)
{
	struct placement_options options = {.to = silo_option(silo, "to"),
	                                    .force = silo_option(silo, "force") != NULL,
	                                    .keep_changes = true};
	struct folder folder;
	json_object *files;
	int ended = api_open(silo);

	if (options.to != NULL && silo->word_count != 1)
		return silo_fail(silo, SILO_USAGE, "usage", "--to goes with one item only");
	if (silo_option(silo, "timeout") != NULL && silo_option(silo, "wait") == NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "--timeout goes with --wait");
	if (ended == SILO_DONE)
		ended = rebuild_open(silo, true, &folder);
	if (ended == SILO_DONE)
		ended = checkout_parts(&folder, silo->words, silo->word_count, &options, &files);
	if (ended == SILO_DONE && silo->json)
		output_json_member("files", files);
	return ended;
}
