/*
 * The write permission of a file follows its lock.
 */
#include "config.h"

#include "exchange/permissions.h"

#include <string.h>
#include "core/interrupt.h"
#include "core/members.h"
#include "exchange/lock_state.h"
#include "exchange/rebuild.h"
#include "server/api.h"
#include "server/catalog.h"
#include "terminal/output.h"

bool permissions_follow(struct folder *folder, const struct entry *entry, json_object *item,
                        enum file_change state)
{
	const char *disk = folder_disk_path(folder, entry->path);
	struct lock_state held = lock_state_of(folder, entry, member_object(item, "lock"));
	bool newest = member_number(item, "current_revision", -1) == entry->revision;
	bool writable = workfile_is_writable(disk);

	if (item == NULL || folder->silo->user == NULL)
		return writable;
	/* What started from an older revision can't be committed: it needs a check-out. */
	if (held.here && entry->checked_out && newest && !writable)
		return workfile_set_writable(disk, true);
	if (held.mine || !writable || state != FILE_UNCHANGED)
		return writable;
	return !workfile_set_writable(disk, false);
}

/* Those that are checked out here, and their parts. */
static size_t checked_out(struct folder *folder, struct entry **entries, const char ***parts)
{
	size_t count, kept = 0;

	*entries = folder_entries(folder, &count);
	*parts = arena_take(folder->silo->arena, (count + 1) * sizeof **parts);
	for (size_t i = 0; i < count; i++) {
		if (!(*entries)[i].checked_out)
			continue;
		(*entries)[kept] = (*entries)[i];
		(*parts)[kept++] = (*entries)[i].part_number;
	}
	return kept;
}

/* Says why a file was made read-only. */
static void tell(struct folder *folder, const struct entry *entry, json_object *item)
{
	const char *holder = member_text(member_object(item, "lock"), "locked_by");
	const char *shown = folder_shown(folder, entry->path);

	if (holder != NULL)
		output_warn(folder->silo, "%s is read-only again: %s holds its lock\n", shown,
		            holder);
	else
		output_warn(folder->silo, "%s is read-only again: its lock has ended\n", shown);
}

void permissions_follow_all(struct silo *silo)
{
	struct failure kept = silo->failure;
	struct folder folder;
	struct entry *entries;
	const char **parts;
	json_object *items;
	size_t count;

	if (!silo->in_folder || silo->http == NULL || interrupt_seen())
		return;
	http_hurry(silo->http);
	if (rebuild_open(silo, false, &folder) == SILO_DONE &&
	    (count = checked_out(&folder, &entries, &parts)) > 0 && api_user(silo) != NULL &&
	    catalog_items(silo, parts, count, &items) == SILO_DONE)
		for (size_t i = 0; i < count; i++) {
			const char *disk = folder_disk_path(&folder, entries[i].path);
			bool was = workfile_is_writable(disk);
			/* A file that is read-only needs no judging: it stays so, or it is ours. */
			enum file_change state =
			    was ? file_state_of(&folder, &entries[i]).state : FILE_UNREADABLE;
			json_object *item = catalog_find(items, entries[i].part_number);

			if (was && !permissions_follow(&folder, &entries[i], item, state))
				tell(&folder, &entries[i], item);
			else if (!was)
				(void)permissions_follow(&folder, &entries[i], item, state);
		}
	silo->failure = kept;
}
