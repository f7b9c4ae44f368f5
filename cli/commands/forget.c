/*
 * restore: an admin takes archived items back.  forget: a folder lets go of a file, without the
 * server and without losing it.
 */
#include "config.h"

#include "commands/commands.h"
#include "core/members.h"
#include "core/workfile.h"
#include "exchange/rebuild.h"
#include "folder/folder.h"
#include "server/api.h"
#include "terminal/output.h"

int restore_run(struct silo *silo)
{
	json_object *rows = silo_keep(silo, json_object_new_array());
	struct api_answer answer;
	int ended = api_open(silo);

	for (int i = 0; ended == SILO_DONE && i < silo->word_count; i++) {
		const char *part;
		bool present = api_call(silo, "GET", api_item_path(silo, silo->words[i], ""), NULL,
		                        &answer) == SILO_DONE;

		silo->failure = (struct failure){0};
		ended = api_call_repeatable(
		    silo, "POST", api_item_path(silo, silo->words[i], "/restore"), NULL, &answer);
		if (ended != SILO_DONE)
			break;
		part = member_text(answer.body, "part_number");
		output_say(silo, "%s is %s, at revision %lld\n", part ? part : silo->words[i],
		           present ? "not archived" : "back",
		           (long long)member_number(answer.body, "current_revision", 0));
		json_object_array_add(rows, json_object_get(answer.body));
	}
	if (ended != SILO_DONE)
		silo_fail_after(silo, rows);
	else if (silo->json)
		output_json_member("items", rows);
	return ended;
}

/* What one forgotten file is in --json. */
static json_object *forgotten_json(const struct entry *entry)
{
	json_object *row = json_object_new_object();

	json_object_object_add(row, "part_number", json_object_new_string(entry->part_number));
	json_object_object_add(row, "path", json_object_new_string(entry->path));
	return row;
}

/* Tells a person what became of the file, and of a lock that may still be there. */
static void tell_forgotten(struct folder *folder, const struct entry *entry)
{
	struct silo *silo = folder->silo;

	output_say(silo, "%s stays here; silo no longer tracks it\n",
	           folder_shown(folder, entry->path));
	if (entry->checked_out)
		output_warn(silo, "you may still hold the lock of %s: silo unlock %s\n",
		            entry->part_number, entry->part_number);
}

int forget_run(struct silo *silo)
{
	json_object *rows = silo_keep(silo, json_object_new_array());
	struct entry *entries;
	struct folder folder;
	int ended = rebuild_open(silo, false, &folder);

	if (ended == SILO_DONE)
		ended = folder_begin(&folder);
	if (ended != SILO_DONE)
		return ended;
	entries = arena_take(silo->arena, (size_t)silo->word_count * sizeof *entries);
	for (int i = 0; i < silo->word_count; i++)
		if (!folder_find(&folder, silo->words[i], &entries[i]))
			return silo_fail(silo, SILO_FAILED, "unknown_file",
			                 "%s is not a file of this folder", silo->words[i]);
	for (int i = 0; i < silo->word_count; i++)
		folder_drop(&folder, entries[i].path);
	ended = folder_end(&folder);
	for (int i = 0; ended == SILO_DONE && i < silo->word_count; i++) {
		/* Its permission is its owner's business again. */
		(void)workfile_set_writable(folder_disk_path(&folder, entries[i].path), true);
		tell_forgotten(&folder, &entries[i]);
		json_object_array_add(rows, forgotten_json(&entries[i]));
	}
	if (ended == SILO_DONE && silo->json)
		output_json_member("files", rows);
	return ended;
}
