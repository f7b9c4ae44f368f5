/*
 * Locks of the user that have no file here.
 */
#include "config.h"

#include "folder/unplaced.h"

#include "core/text.h"
#include "folder/hold.h"
#include "server/api.h"
#include "terminal/output.h"

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

/* How a lock stands to the folder that has no file for it. */
static struct hold hold_without_file(struct folder *folder, json_object *lock)
{
	struct entry none = {.part_number = api_text(lock, "part_number")};

	return hold_of(folder, &none, lock);
}

void unplaced_show(struct folder *folder, json_object *locks)
{
	static const char *const titles[] = {"PART", "LOCK", "WHERE", NULL};
	struct silo *silo = folder->silo;
	struct table *table = table_new(silo->arena, titles);
	size_t count = json_object_array_length(locks);

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		time_t left = text_time(api_text(lock, "expires_at")) - http_now(silo->http);

		table_cell(table, COLOUR_NONE, api_text(lock, "part_number"));
		table_cell(
		    table, COLOUR_GREEN,
		    arena_print(silo->arena, "mine, ends in %s", text_span(silo->arena, left)));
		table_cell(table, COLOUR_NONE, hold_without_file(folder, lock).elsewhere);
	}
	output_say(silo, "\nyour locks without a file here:\n");
	table_show(table, 2);
	output_say(silo, "silo checkout PN takes its file,\nsilo unlock PN gives it back\n");
}

char *unplaced_words(struct folder *folder, json_object *lock)
{
	struct silo *silo = folder->silo;
	const char *part = api_text(lock, "part_number");
	time_t until = text_time(api_text(lock, "expires_at"));

	return arena_print(silo->arena,
	                   "%s is yours until %s, %s: silo checkout %s takes its file here, silo "
	                   "unlock %s gives the lock back",
	                   part, text_when(silo->arena, until, http_now(silo->http)),
	                   hold_without_file(folder, lock).elsewhere, part, part);
}
