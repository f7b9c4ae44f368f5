/*
 * An item that has ended for its user while this folder still has its file.
 */
#include "config.h"

#include "exchange/orphan.h"

#include <errno.h>
#include <string.h>
#include "core/failpoint.h"
#include "core/workfile.h"
#include "folder/file_state.h"
#include "server/api.h"
#include "server/refusal.h"
#include "server/words.h"

char *orphan_reason(struct silo *silo, const char *part_number)
{
	struct failure kept = silo->failure;
	struct api_answer answer;
	char *words = NULL;

	if (api_call(silo, "GET", api_item_path(silo, part_number, ""), NULL, &answer) != SILO_DONE)
		words = words_archived(silo, answer.body);
	silo->failure = kept;
	return words ? words : arena_print(silo->arena, "is not on the server");
}

bool orphan_is(struct silo *silo, const char *part_number)
{
	struct failure kept = silo->failure;
	struct api_answer answer;
	bool gone;

	silo->failure = (struct failure){0};
	gone = api_call(silo, "GET", api_item_path(silo, part_number, ""), NULL, &answer) !=
	           SILO_DONE &&
	       refusal_is_no_item(silo);
	silo->failure = kept;
	return gone;
}

/* The ways out: as an item of its own, out of the folder, or out of Silo's care. */
static void hint_ways_out(struct folder *folder, const struct entry *entry, bool may_write)
{
	struct silo *silo = folder->silo;
	const char *word = folder_word(folder, entry->path);

	if (may_write)
		silo_hint(silo, "silo commit %s --as-new-file   makes it an item of its own", word);
	silo_hint(silo, "silo undo %s     %s", word,
	          may_write ? "moves it into .silo/backup"
	                    : "keeps yours in .silo/backup, and releases the lock");
	silo_hint(silo, "silo forget %s   leaves it here, untracked", word);
}

int orphan_explain(struct folder *folder, const char *part_number)
{
	struct silo *silo = folder->silo;
	bool denied = silo->failure.code != NULL && strcmp(silo->failure.code, "role_too_low") == 0;
	json_object *details = silo->failure.details;
	struct entry entry;

	if ((!denied && !refusal_is_no_item(silo)) || !folder_find(folder, part_number, &entry))
		return silo->failure.exit;
	/* A viewer who only looks needs no way out. */
	if (denied && file_state_of(folder, &entry).state == FILE_UNCHANGED)
		return silo->failure.exit;
	if (!denied) {
		silo_fail(silo, SILO_FAILED, "item_not_found", "%s %s", entry.part_number,
		          orphan_reason(silo, entry.part_number));
		silo->failure.details = details;
	}
	silo_hint(silo, "nothing is lost: %s stays as it is", folder_shown(folder, entry.path));
	hint_ways_out(folder, &entry, !denied);
	if (!denied)
		silo_hint(silo, "silo restore %s   brings the item back (admins)",
		          entry.part_number);
	return silo->failure.exit;
}

int orphan_take_out(struct folder *folder, const struct entry *entry, const char **backup)
{
	struct silo *silo = folder->silo;
	struct file_state found = file_state_of(folder, entry);
	char *disk = folder_disk_path(folder, entry->path);
	int ended;

	*backup = NULL;
	if (found.state == FILE_UNREADABLE)
		return silo_fail(silo, SILO_FAILED, "file", "can't read %s: %s",
		                 folder_shown(folder, entry->path), found.why);
	if (found.state != FILE_MISSING) {
		*backup = workfile_put_away(silo->arena, disk, folder_inner(folder, "backup"));
		if (*backup == NULL)
			return silo_fail(silo, SILO_FAILED, "file",
			                 "can't move %s into .silo/backup: %s",
			                 folder_shown(folder, entry->path), workfile_reason());
	}
	fail_point("put-away");
	ended = folder_begin(folder);
	if (ended != SILO_DONE)
		return ended;
	folder_drop(folder, entry->path);
	return folder_end(folder);
}
