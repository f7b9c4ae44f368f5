/*
 * What the server knows of a list of parts, in as few requests as addresses may be long:
 * nginx takes a request line of 8 kB, so a thousand usual part numbers are two requests.
 */
#include "config.h"

#include "server/catalog.h"

#include <string.h>
#include <strings.h>
#include "base/facts.h"
#include "core/members.h"
#include "core/text.h"

enum { ADDRESS_MOST = 7500 };

/* Asks for one slice and adds its rows. */
static int ask(struct silo *silo, const char *list, json_object *rows)
{
	json_object *page;
	int ended = api_list(silo, arena_print(silo->arena, "/api/items?part_numbers=%s", list),
	                     "items", 0, &page);

	for (size_t i = 0; ended == SILO_DONE && i < json_object_array_length(page); i++)
		json_object_array_add(rows, json_object_get(json_object_array_get_idx(page, i)));
	return ended;
}

int catalog_items(struct silo *silo, const char *const *part_numbers, size_t count,
                  json_object **rows)
{
	char *list = arena_take(silo->arena, ADDRESS_MOST + 1);
	size_t length = 0, parts = 0;

	*rows = silo_keep(silo, json_object_new_array());
	for (size_t i = 0; i < count; i++) {
		const char *part = text_encoded(silo->arena, part_numbers[i]);
		size_t more = strlen(part) + 1;

		if (more > ADDRESS_MOST)
			continue; /* no server has such a part number */
		if (length + more > ADDRESS_MOST || parts == LIMIT_part_numbers) {
			int ended = ask(silo, list, *rows);

			if (ended != SILO_DONE)
				return ended;
			length = parts = 0;
		}
		if (length > 0)
			list[length++] = ',';
		memcpy(list + length, part, more);
		length += more - 1;
		parts++;
	}
	return parts > 0 ? ask(silo, list, *rows) : SILO_DONE;
}

json_object *catalog_find(json_object *rows, const char *part_number)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *name = member_text(row, "part_number");

		if (name != NULL && strcasecmp(name, part_number) == 0)
			return row;
	}
	return NULL;
}

json_object *catalog_order(json_object *answer, const char *name, const char *const *part_numbers,
                           size_t count)
{
	json_object *rows = member_array(answer, name), *ordered, *row;

	if (rows == NULL)
		return NULL;
	ordered = json_object_new_array();
	for (size_t i = 0; i < count; i++) {
		row = catalog_find(rows, part_numbers[i]);
		if (row != NULL && catalog_find(ordered, part_numbers[i]) == NULL)
			json_object_array_add(ordered, json_object_get(row));
	}
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		const char *part;

		row = json_object_array_get_idx(rows, i);
		part = member_text(row, "part_number");
		if (part == NULL || catalog_find(ordered, part) == NULL)
			json_object_array_add(ordered, json_object_get(row));
	}
	json_object_object_add(answer, name, ordered);
	return ordered;
}

json_object *catalog_leases(struct silo *silo, json_object *items, const char *const *part_numbers,
                            size_t count)
{
	json_object *leases = silo_keep(silo, json_object_new_array());
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		json_object *lock = member_object(catalog_find(items, part_numbers[i]), "lock");
		int64_t lease = member_number(lock, "lease_id", 0);

		any = any || lease > 0;
		json_object_array_add(leases, lease > 0 ? json_object_new_int64(lease) : NULL);
	}
	return any ? leases : NULL;
}

json_object *catalog_lock_end(struct silo *silo, const char *part_number)
{
	const char *path = api_item_path(silo, part_number, "/events?limit=100");
	struct failure kept = silo->failure;
	struct api_answer answer;
	json_object *events = NULL;

	silo->failure = (struct failure){0};
	if (api_user(silo) != NULL && api_call(silo, "GET", path, NULL, &answer) == SILO_DONE)
		events = member_array(answer.body, "events");
	silo->failure = kept;
	for (size_t i = 0; events != NULL && i < json_object_array_length(events); i++) {
		json_object *event = json_object_array_get_idx(events, i);
		json_object *data = member_object(event, "data");
		const char *type = member_text(event, "event"),
		           *whose = member_text(data, "locked_by");

		if (type != NULL && whose != NULL && strcmp(type, "item.unlocked") == 0 &&
		    strcmp(whose, silo->user) == 0)
			return data;
	}
	return NULL;
}
