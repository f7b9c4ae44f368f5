/*
 * Rebuilds a damaged index.
 */
#include "config.h"

#include "exchange/rebuild.h"

#include <string.h>
#include "core/members.h"
#include "exchange/untracked.h"
#include "folder/file_state.h"
#include "folder/index.h"
#include "terminal/output.h"

/* An entry that was saved, brought up to what the file is now; one with changes keeps its base. */
static int check_entry(struct folder *folder, struct entry *entry)
{
	struct file_state found = file_state_of(folder, entry);
	json_object *rows;
	char digest[WORKFILE_DIGEST];
	int64_t size;
	int ended;

	if (found.state == FILE_UNCHANGED || found.state == FILE_MISSING ||
	    !workfile_digest(folder_disk_path(folder, entry->path), digest, &size))
		return SILO_DONE;
	ended = untracked_revisions(folder->silo, entry->part_number, &rows);
	if (ended != SILO_DONE)
		return ended;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *sha256 = member_text(row, "sha256");
		int64_t number = member_number(row, "revision_number", 0);

		if (sha256 == NULL)
			continue;
		if (strcmp(sha256, digest) == 0) {
			entry->revision = number;
			entry->sha256 = arena_print(folder->silo->arena, "%s", digest);
			break;
		}
		/* Its own SHA-256 may be damaged: that of its base. */
		if (found.why != NULL && number == entry->revision)
			entry->sha256 = arena_print(folder->silo->arena, "%s", sha256);
	}
	folder_put(folder, entry);
	return SILO_DONE;
}

/* Puts the new one in place of the damaged one, which is kept; somebody may have been faster. */
static int replace(struct folder *folder, const struct untracked *untracked)
{
	struct silo *silo = folder->silo;
	json_object *made = folder->index;
	const char *kept = "", *damaged = folder->damaged,
	           *index = folder_inner(folder, "index.json");
	size_t count;
	int ended = folder_take(folder);

	if (ended != SILO_DONE)
		return ended;
	if (folder->damaged == NULL) {
		folder_leave(folder);
		return SILO_DONE;
	}
	folder->index = made;
	folder->damaged = NULL;
	if (index_text(folder) != NULL)
		kept = workfile_backup(silo->arena, index, folder_inner(folder, "backup"));
	if (kept == NULL) {
		folder_leave(folder);
		return silo_fail(silo, SILO_FAILED, "index", "can't back up %s: %s", index,
		                 workfile_reason());
	}
	ended = folder_end(folder);
	if (ended != SILO_DONE)
		return ended;
	(void)folder_entries(folder, &count);
	output_warn(silo,
	            "the index of this folder was damaged (%s) and has been rebuilt: %zu file%s "
	            "found%s%s\n",
	            damaged, count, count == 1 ? "" : "s",
	            *kept ? "; the damaged one is kept as " : "", kept);
	untracked_report(untracked);
	return SILO_DONE;
}

/* What is left of the index, held against disk and server. */
static int check_entries(struct folder *folder)
{
	size_t count;
	struct entry *entries = folder_entries(folder, &count);
	int ended = SILO_DONE;

	for (size_t i = 0; ended == SILO_DONE && i < count; i++)
		ended = check_entry(folder, &entries[i]);
	return ended;
}

/* folder->index holds what is left; afterwards it is whole and written. */
static int rebuild(struct folder *folder)
{
	struct silo *silo = folder->silo;
	struct untracked *untracked;
	int ended;

	if (silo->http == NULL) {
		silo_fail(silo, SILO_FAILED, "index", "can't use %s: %s",
		          folder_inner(folder, "index.json"), folder->damaged);
		silo_hint(silo, "silo status   rebuilds it, with the server's help");
		return SILO_FAILED;
	}
	ended = check_entries(folder);
	if (ended != SILO_DONE)
		return ended;
	untracked = untracked_find(folder);
	return untracked == NULL ? silo->failure.exit : replace(folder, untracked);
}

int rebuild_open(struct silo *silo, bool create, struct folder *folder)
{
	int ended = folder_open(silo, create, folder);

	return ended == SILO_DONE && folder->damaged != NULL ? rebuild(folder) : ended;
}
