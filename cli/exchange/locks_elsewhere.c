/*
 * Locks of the user that have no file here.
 */
#include "config.h"

#include "exchange/locks_elsewhere.h"

#include "core/members.h"
#include "core/text.h"
#include "exchange/lock_state.h"
#include "server/api.h"
#include "terminal/output.h"

int locks_elsewhere_find(struct folder *folder, json_object **locks)
{
	struct silo *silo = folder->silo;
	const char *path =
	    arena_print(silo->arena, "/api/locks?user=%s", text_encoded(silo->arena, silo->user));
	json_object *mine;
	int ended = api_list(silo, path, "locks", 0, &mine);

	*locks = silo_keep(silo, json_object_new_array());
	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(mine); i++) {
		json_object *lock = json_object_array_get_idx(mine, i);
		const char *part = member_text(lock, "part_number");
		struct entry entry;

		if (part != NULL && !folder_find_part(folder, part, &entry))
			json_object_array_add(*locks, json_object_get(lock));
	}
	return ended;
}

/* What a lock means for a folder that has no file for it. */
static struct lock_state hold_without_file(struct folder *folder, json_object *lock)
{
	struct entry none = {.part_number = member_text(lock, "part_number")};

	return lock_state_of(folder, &none, lock);
}

void locks_elsewhere_show(struct folder *folder, json_object *locks)
{
	static const char *const titles[] = {"PART", "LOCK", "WHERE", NULL};
	struct silo *silo = folder->silo;
	struct table *table = table_new(silo->arena, titles);
	size_t count = json_object_array_length(locks);

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		time_t left = text_time(member_text(lock, "expires_at")) - http_now(silo->http);

		table_cell(table, COLOUR_NONE, member_text(lock, "part_number"));
		table_cell(
		    table, COLOUR_GREEN,
		    arena_print(silo->arena, "mine, ends in %s", text_span(silo->arena, left)));
		table_cell(table, COLOUR_NONE, hold_without_file(folder, lock).elsewhere);
	}
	output_say(silo, "\nyour locks without a file here:\n");
	table_show(table, 2);
	output_say(silo, "silo checkout PN fetches its file,\nsilo unlock PN releases the lock\n");
}

char *locks_elsewhere_words(struct folder *folder, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *part = member_text(lock, "part_number");
	time_t until = text_time(member_text(lock, "expires_at"));

	return arena_print(silo->arena,
	                   "you hold %s until %s, %s: silo checkout %s fetches its file here, silo "
	                   "unlock %s releases the lock",
	                   part, text_when(silo->arena, until, http_now(silo->http)),
	                   hold_without_file(folder, lock).elsewhere, part, part);
}
