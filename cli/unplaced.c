/*
 * Locks of the user that have no file here.
 */
#include "config.h"

#include "unplaced.h"

#include "api.h"
#include "hold.h"
#include "text.h"

int unplaced_find(struct folder *folder, json_object **locks)
{
	struct silo *silo = folder->silo;
	const char *path =
	    arena_print(silo->arena, "/api/locks?user=%s", text_encoded(silo->arena, silo->user));
	json_object *mine;
	int ended = api_list(silo, path, "locks", 0, &mine);

	*locks = silo_keep(silo, json_object_new_array());
	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(mine); i++) {
		json_object *lock = json_object_array_get_idx(mine, i);
		const char *part = api_text(lock, "part_number");
		struct entry entry;

		if (part != NULL && !folder_find_part(folder, part, &entry))
			json_object_array_add(*locks, json_object_get(lock));
	}
	return ended;
}

char *unplaced_words(struct folder *folder, json_object *lock)
{
	struct silo *silo = folder->silo;
	struct entry none = {.part_number = api_text(lock, "part_number")};
	struct hold hold = hold_of(folder, &none, lock);
	time_t until = text_time(api_text(lock, "expires_at"));

	return arena_print(silo->arena,
	                   "%s is yours until %s, %s: silo checkout %s takes its file here, silo "
	                   "unlock %s gives the lock back",
	                   none.part_number, text_when(silo->arena, until, http_now(silo->http)),
	                   hold.elsewhere ? hold.elsewhere : "without a file here",
	                   none.part_number, none.part_number);
}
