/*
 * undo: drops local changes and releases the lock.  Order: backup, the server's content back in
 * place, release, index; killed in between, it can be run again.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "commands/commands.h"
#include "core/failpoint.h"
#include "core/workfile.h"
#include "exchange/lock_state.h"
#include "exchange/orphan.h"
#include "exchange/placement.h"
#include "exchange/rebuild.h"
#include "folder/file_state.h"
#include "server/api.h"
#include "server/refusal.h"
#include "server/words.h"
#include "terminal/output.h"
#include "terminal/prompt.h"

/* Asks, unless told not to. */
static int confirm(struct folder *folder, const struct entry *entry)
{
	struct silo *silo = folder->silo;

	if (silo_option(silo, "yes") != NULL)
		return SILO_DONE;
	if (!prompt_possible())
		return silo_fail(silo, SILO_USAGE, "usage",
		                 "can't ask without a terminal: give --yes");
	if (prompt_yes(silo,
	               arena_print(silo->arena, "Drop the changes in %s? (a backup is kept) [y/N] ",
	                           folder_shown(folder, entry->path))))
		return SILO_DONE;
	return silo_fail(silo, SILO_FAILED, "declined", "nothing was changed");
}

/*
 * Releases the lock if it is this folder's; already gone is as good.  One that another folder works
 * under stays, as at a commit.  *words: what became of it.
 */
static int release(struct folder *folder, const struct entry *entry, const char **words)
{
	struct silo *silo = folder->silo;
	struct api_answer answer;
	struct lock_state held;
	int ended = lock_state_ask(folder, entry, &held);

	if (ended != SILO_DONE)
		return ended;
	*words = held.lock == NULL || held.here ? ", and free" : "";
	if (held.mine && !held.here)
		*words = arena_print(silo->arena, ", you keep the lock, %s", held.elsewhere);
	if (!held.here)
		return SILO_DONE;
	ended = api_call(silo, "DELETE", api_lock_path(silo, entry->part_number, held.lease_id),
	                 NULL, &answer);
	if (ended == SILO_DONE || answer.status == 404) {
		silo->failure = (struct failure){0};
		return SILO_DONE;
	}
	return ended;
}

/* What was kept, and what --json says. */
static int show(struct folder *folder, const struct entry *entry, const struct placement *place)
{
	struct silo *silo = folder->silo;
	json_object *shown;

	if (place->backup != NULL)
		output_say(silo, "  your changes are kept in %s\n", place->backup);
	if (!silo->json)
		return SILO_DONE;
	shown = json_object_new_object();
	json_object_object_add(shown, "part_number", json_object_new_string(entry->part_number));
	json_object_object_add(shown, "path", json_object_new_string(entry->path));
	json_object_object_add(shown, "revision", json_object_new_int64(entry->revision));
	json_object_object_add(shown, "backup",
	                       place->backup ? json_object_new_string(place->backup) : NULL);
	output_json(shown);
	return SILO_DONE;
}

/* The item is gone, and its content with it: the file leaves the folder. */
static int take_out(struct folder *folder, const struct entry *entry)
{
	struct silo *silo = folder->silo;
	struct placement nothing = {0};
	char *words = words_archived(silo, silo->failure.details);
	int ended;

	silo->failure = (struct failure){0};
	ended = orphan_take_out(folder, entry, &nothing.backup);
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s %s: %s has left this folder\n", entry->part_number,
	           words ? words : "is not on the server", folder_shown(folder, entry->path));
	return show(folder, entry, &nothing);
}

int undo_run(struct silo *silo)
{
	struct placement_options options = {.force = true};
	struct placement place = {0};
	struct folder folder;
	struct entry entry;
	const char *words = "";
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = rebuild_open(silo, false, &folder);
	if (ended != SILO_DONE)
		return ended;
	if (!folder_find(&folder, silo->words[0], &entry))
		return silo_fail(silo, SILO_FAILED, "unknown_file",
		                 "%s is not a file of this folder", silo->words[0]);
	if (api_user(silo) == NULL)
		return silo->failure.exit;
	/* What can't be read is refused by placement_decide. */
	if (file_state_of(&folder, &entry).state == FILE_MODIFIED)
		ended = confirm(&folder, &entry);
	if (ended == SILO_DONE)
		ended = transfer_head(silo, entry.part_number, &place.revision);
	if (refusal_is_no_item(silo))
		return take_out(&folder, &entry);
	if (ended == SILO_DONE)
		ended = placement_decide(&folder, &options, &place, 0);
	if (ended == SILO_DONE)
		ended = placement_do(&folder, &place);
	fail_point("undone");
	if (ended == SILO_DONE)
		ended = release(&folder, &entry, &words);
	if (ended != SILO_DONE)
		return ended;
	if (!workfile_set_writable(folder_disk_path(&folder, entry.path), false))
		return silo_fail(silo, SILO_FAILED, "file", "can't make %s read-only: %s",
		                 entry.path, strerror(errno));
	entry.checked_out = false;
	entry.committing = NULL;
	if (place.revision.sha256 != NULL) {
		entry.revision = place.revision.number;
		entry.sha256 = place.revision.sha256;
	}
	ended = folder_record(&folder, &entry);
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s is revision %lld again%s\n", folder_shown(&folder, entry.path),
	           (long long)entry.revision, words);
	return show(&folder, &entry, &place);
}
