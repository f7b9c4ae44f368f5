/*
 * How the server's lock of a part stands to this folder.
 */
#include "config.h"

#include "folder/hold.h"

#include <string.h>
#include "commands/wishes.h"
#include "folder/roots.h"
#include "server/api.h"

/* Where a lock of ours was taken that this folder did not take, or not alone; NULL: here. */
static const char *elsewhere(struct folder *folder, const struct entry *entry, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *workstation = api_text(lock, "workstation");
	const char *other = roots_other(folder, entry->part_number);
	bool named = workstation != NULL && *workstation != '\0';

	if (other != NULL)
		return arena_print(silo->arena, "%schecked out in %s",
		                   entry->checked_out ? "also " : "", other);
	if (!entry->checked_out && named && strcmp(workstation, wish_workstation(silo)) != 0)
		return arena_print(silo->arena, "taken at %s", workstation);
	if (!entry->checked_out)
		return "without a check-out here";
	/* Taken again at another workstation since this folder took it. */
	if (named && entry->workstation != NULL && strcmp(workstation, entry->workstation) != 0)
		return arena_print(silo->arena, "taken again at %s", workstation);
	return NULL;
}

struct hold hold_of(struct folder *folder, const struct entry *entry, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *holder = api_text(lock, "locked_by");
	struct hold hold = {.lock = lock};

	hold.mine = holder != NULL && silo->user != NULL && strcmp(holder, silo->user) == 0;
	if (!hold.mine)
		return hold;
	hold.lease_id = api_number(lock, "lease_id", 0);
	hold.elsewhere = elsewhere(folder, entry, lock);
	hold.here = hold.elsewhere == NULL;
	hold.shared = entry->checked_out && roots_other(folder, entry->part_number) != NULL;
	return hold;
}

int hold_see(struct folder *folder, const struct entry *entry, struct hold *hold)
{
	struct silo *silo = folder->silo;
	const char *path = api_item_path(silo, entry->part_number, "/lock");
	struct api_answer answer = {0};
	int ended = api_user(silo) == NULL ? silo->failure.exit
	                                   : api_call(silo, "GET", path, NULL, &answer);

	*hold = (struct hold){0};
	if (ended == SILO_DONE)
		*hold = hold_of(folder, entry, api_object(answer.body, "lock"));
	return ended;
}
