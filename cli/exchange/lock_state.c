/*
 * What the server's lock of a part means for this folder.
 */
#include "config.h"

#include "exchange/lock_state.h"

#include <string.h>
#include "core/members.h"
#include "folder/known_folders.h"
#include "server/api.h"

/* Where a lock of ours was taken that this folder did not take, or not alone; NULL: here. */
static const char *elsewhere(struct folder *folder, const struct entry *entry, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *workstation = member_text(lock, "workstation");
	const char *other = known_folders_other(folder, entry->part_number);
	bool named = workstation != NULL && *workstation != '\0';

	if (other != NULL)
		return arena_print(silo->arena, "%schecked out in %s",
		                   entry->checked_out ? "also " : "", other);
	if (!entry->checked_out && named && strcmp(workstation, silo_workstation(silo)) != 0)
		return arena_print(silo->arena, "taken at %s", workstation);
	if (!entry->checked_out)
		return "not checked out here";
	/* Taken again at another workstation since this folder took it. */
	if (named && entry->workstation != NULL && strcmp(workstation, entry->workstation) != 0)
		return arena_print(silo->arena, "taken again at %s", workstation);
	return NULL;
}

struct lock_state lock_state_of(struct folder *folder, const struct entry *entry, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *holder = member_text(lock, "locked_by");
	struct lock_state held = {.lock = lock};

	held.mine = holder != NULL && silo->user != NULL && strcmp(holder, silo->user) == 0;
	if (!held.mine)
		return held;
	held.lease_id = member_number(lock, "lease_id", 0);
	held.elsewhere = elsewhere(folder, entry, lock);
	held.here = held.elsewhere == NULL;
	held.shared = entry->checked_out && known_folders_other(folder, entry->part_number) != NULL;
	return held;
}

int lock_state_ask(struct folder *folder, const struct entry *entry, struct lock_state *held)
{
	struct silo *silo = folder->silo;
	const char *path = api_item_path(silo, entry->part_number, "/lock");
	struct api_answer answer = {0};
	int ended = api_user(silo) == NULL ? silo->failure.exit
	                                   : api_call(silo, "GET", path, NULL, &answer);

	*held = (struct lock_state){0};
	if (ended == SILO_DONE)
		*held = lock_state_of(folder, entry, member_object(answer.body, "lock"));
	return ended;
}
