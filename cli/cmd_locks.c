/*
 * lock, unlock, renew, request: locks without files.
 */
#include "config.h"

#include <string.h>
#include "api.h"
#include "catalog.h"
#include "command.h"
#include "folder.h"
#include "output.h"
#include "text.h"
#include "wishes.h"
#include "workfile.h"

/* Shows taken or renewed locks. */
static int show_locks(struct silo *silo, json_object *body, const char *verb)
{
	json_object *locks = api_array(body, "locks");

	if (silo->json)
		output_json(json_object_get(body));
	for (size_t i = 0; locks != NULL && i < json_object_array_length(locks); i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		const char  *part = api_text(lock, "part_number");
		time_t       until = text_time(api_text(lock, "expires_at"));

		output_say(silo, "%s %s until %s\n", part ? part : "?", verb,
		           text_when(silo->arena, until, http_now(silo->http)));
	}
	return SILO_DONE;
}

/* Takes or renews several, all or none. */
static int acquire(struct silo *silo, json_object *part_numbers, const char *verb, bool renewing)
{
	json_object      *body = json_object_new_object();
	struct api_answer answer;
	int               ended;

	if (renewing) {
		int64_t seconds = wish_duration(silo, "for");

		json_object_object_add(body, "part_numbers", part_numbers);
		if (seconds > 0)
			json_object_object_add(body, "expires_in", json_object_new_int64(seconds));
		if (seconds < 0) {
			json_object_put(body);
			return silo->failure.exit;
		}
	} else {
		json_object_put(body);
		body = wish_lock(silo, part_numbers);
		if (body == NULL)
			return silo->failure.exit;
	}
	ended = api_call_repeatable(silo, "POST", "/api/locks", body, &answer);
	return ended == SILO_DONE ? show_locks(silo, answer.body, verb) : ended;
}

int lock_run(struct silo *silo)
{
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	return acquire(silo, api_names(silo->words, silo->word_count), "is yours", false);
}

/* The words, or the parts checked out in this folder. */
static int renew_names(struct silo *silo, const char ***names, size_t *count)
{
	struct folder folder;
	struct entry *entries, entry;
	size_t        known = 0;
	int           ended = folder_open(silo, silo->word_count > 0, &folder);

	if (ended != SILO_DONE)
		return ended;
	*count = 0;
	entries = folder_entries(&folder, &known);
	*names = arena_take(silo->arena, (known + (size_t)silo->word_count + 1) * sizeof **names);
	for (int i = 0; i < silo->word_count; i++)
		(*names)[(*count)++] = folder_find_path(&folder, silo->words[i], &entry)
		                               ? entry.part_number
		                               : silo->words[i];
	for (size_t i = 0; silo->word_count == 0 && i < known; i++)
		if (entries[i].checked_out)
			(*names)[(*count)++] = entries[i].part_number;
	return SILO_DONE;
}

int renew_run(struct silo *silo)
{
	const char  **names;
	size_t        count;
	json_object  *rows, *missing = NULL, *wanted;
	int           ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = renew_names(silo, &names, &count);
	if (ended != SILO_DONE)
		return ended;
	if (count == 0) {
		output_say(silo, "nothing is checked out here\n");
		if (silo->json)
			show_locks(silo, silo_keep(silo, json_object_new_object()), "");
		return SILO_DONE;
	}
	/* Renewing never takes a lock that has ended: somebody may have committed since. */
	if (api_user(silo) == NULL)
		return silo->failure.exit;
	ended = catalog_items(silo, names, count, &rows);
	wanted = json_object_new_array();
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		json_object *item = catalog_find(rows, names[i]);
		const char  *holder = api_text(api_object(item, "lock"), "locked_by");

		json_object_array_add(wanted, json_object_new_string(names[i]));
		if (holder != NULL && strcmp(holder, silo->user) == 0)
			continue;
		missing = item;
		silo_fail(silo, holder ? SILO_HELD : SILO_FAILED, holder ? "locked" : "not_locked",
		          "%s is not locked by you any more%s%s", names[i],
		          holder ? "; held by " : "",
		          holder ? api_lock_words(silo, api_object(item, "lock")) : "");
		silo_hint(silo, "silo checkout %s", names[i]);
		silo->failure.details = missing;
		ended = silo->failure.exit;
	}
	if (ended != SILO_DONE) {
		json_object_put(wanted);
		return ended;
	}
	return acquire(silo, wanted, "is yours", true);
}

int request_run(struct silo *silo)
{
	json_object      *body;
	struct api_answer answer;
	const char       *message = silo_option(silo, "message"), *holder;
	int               ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	body = json_object_new_object();
	if (message != NULL)
		json_object_object_add(body, "message", json_object_new_string(message));
	ended = api_call_repeatable(silo, "POST",
	                            api_item_path(silo, silo->words[0], "/lock/request"), body, &answer);
	if (ended != SILO_DONE)
		return ended;
	holder = api_text(answer.body, "locked_by");
	if (silo->json)
		output_json(json_object_get(answer.body));
	output_say(silo, answer.status == 200 ? "%s has been asked before\n" : "%s has been asked\n",
	           holder ? holder : "The holder");
	return SILO_DONE;
}

/* A file of this folder that must not be released yet because it has changes. */
static int refuse_changes(struct folder *folder, const char *part_number)
{
	struct silo *silo = folder->silo;
	struct entry entry;
	char         digest[WORKFILE_DIGEST];
	int64_t      size;

	if (silo_option(silo, "yes") != NULL || !folder_find_part(folder, part_number, &entry) ||
	    !entry.checked_out ||
	    !workfile_digest(folder_disk_path(folder, entry.path), digest, &size) ||
	    strcmp(digest, entry.sha256) == 0)
		return SILO_DONE;
	silo_fail(silo, SILO_FAILED, "has_changes", "%s has changes that are not committed",
	          folder_shown(folder, entry.path));
	silo_hint(silo, "silo commit %s -m …   uploads them and releases", part_number);
	silo_hint(silo, "silo undo %s          drops them and releases", part_number);
	silo_hint(silo, "silo unlock %s --yes  releases; the changes stay here", part_number);
	return SILO_FAILED;
}

/* Before a release: is it ours, or may we force it? */
static int check_holder(struct silo *silo, const char *part_number)
{
	struct api_answer answer;
	json_object      *lock;
	const char       *holder;
	int ended = api_call(silo, "GET", api_item_path(silo, part_number, "/lock"), NULL, &answer);

	if (ended != SILO_DONE)
		return ended;
	lock = api_object(answer.body, "lock");
	holder = api_text(lock, "locked_by");
	if (holder == NULL || silo_option(silo, "force") != NULL || strcmp(holder, silo->user) == 0)
		return SILO_DONE;
	silo_fail(silo, SILO_HELD, "not_lock_owner", "%s is held by %s", part_number,
	          api_lock_words(silo, lock));
	silo_hint(silo, "silo request %s -m …                  asks the holder", part_number);
	silo_hint(silo, "silo unlock %s --force --reason …     releases it (admins)", part_number);
	silo->failure.details = answer.body;
	return SILO_HELD;
}

/* After a release: the file of this folder is read-only again. */
static int note_release(struct folder *folder, const char *part_number)
{
	struct entry entry;

	if (!folder_find_part(folder, part_number, &entry) || !entry.checked_out)
		return SILO_DONE;
	entry.checked_out = false;
	(void)workfile_set_writable(folder_disk_path(folder, entry.path), false);
	return folder_record(folder, &entry);
}

/* Releases one. */
static int release_one(struct folder *folder, const char *part_number, json_object *released)
{
	struct silo      *silo = folder->silo;
	const char       *reason = silo_option(silo, "reason");
	char             *query = reason ? arena_print(silo->arena, "/lock?reason=%s",
	                                               text_encoded(silo->arena, reason))
	                                 : arena_print(silo->arena, "/lock");
	struct api_answer answer;
	int               ended = refuse_changes(folder, part_number);

	if (ended == SILO_DONE)
		ended = check_holder(silo, part_number);
	if (ended == SILO_DONE)
		ended = api_call(silo, "DELETE", api_item_path(silo, part_number, query), NULL, &answer);
	if (ended != SILO_DONE) {
		/* Gone already, e.g. expired: the local file is no longer writable work either. */
		if (answer.status == 404 && strcmp(silo->failure.code, "not_locked") == 0) {
			struct failure kept = silo->failure;

			if (note_release(folder, part_number) == SILO_DONE)
				silo->failure = kept;
		}
		return ended;
	}
	json_object_array_add(released, json_object_get(answer.body));
	output_say(silo, "%s is free\n", part_number);
	return note_release(folder, part_number);
}

/* All locks of ours as words. */
static int my_locks(struct silo *silo)
{
	json_object *rows;
	int ended = api_list(silo, arena_print(silo->arena, "/api/locks?user=%s",
	                                       text_encoded(silo->arena, silo->user)),
	                     "locks", 0, &rows);

	if (ended != SILO_DONE)
		return ended;
	silo->words = arena_take(silo->arena, (json_object_array_length(rows) + 1) * sizeof *silo->words);
	silo->word_count = 0;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		const char *part = api_text(json_object_array_get_idx(rows, i), "part_number");

		if (part != NULL)
			silo->words[silo->word_count++] = arena_print(silo->arena, "%s", part);
	}
	return SILO_DONE;
}

int unlock_run(struct silo *silo)
{
	bool          mine = silo_option(silo, "mine") != NULL;
	json_object  *released = silo_keep(silo, json_object_new_array()), *shown;
	struct folder folder;
	struct entry  entry;
	int           ended = api_open(silo);

	if (mine == (silo->word_count > 0))
		return silo_fail(silo, SILO_USAGE, "usage", "give part numbers, or --mine");
	if (ended == SILO_DONE)
		ended = folder_open(silo, true, &folder);
	if (ended == SILO_DONE && api_user(silo) == NULL)
		ended = silo->failure.exit;
	if (ended == SILO_DONE && mine)
		ended = my_locks(silo);
	for (int i = 0; ended == SILO_DONE && i < silo->word_count; i++)
		ended = release_one(&folder,
		                    folder_find_path(&folder, silo->words[i], &entry) ? entry.part_number
		                                                                      : silo->words[i],
		                    released);
	if (ended != SILO_DONE || !silo->json)
		return ended;
	shown = json_object_new_object();
	json_object_object_add(shown, "locks", json_object_get(released));
	output_json(shown);
	return SILO_DONE;
}
