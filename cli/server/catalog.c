/*
 * What the server knows of a list of parts, in as few requests as addresses may be long:
 * nginx takes a request line of 8 kB, so a thousand usual part numbers are two requests.
 */
#include "config.h"

#include "server/catalog.h"

#include <string.h>
#include <strings.h>
#include "core/text.h"

enum { ADDRESS_MOST = 7500, PARTS_MOST = 1000 };

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
		if (length + more > ADDRESS_MOST || parts == PARTS_MOST) {
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
		const char *name = api_text(row, "part_number");

		if (name != NULL && strcasecmp(name, part_number) == 0)
			return row;
	}
	return NULL;
}

json_object *catalog_order(json_object *answer, const char *name, const char *const *part_numbers,
                           size_t count)
{
	json_object *rows = api_array(answer, name), *ordered, *row;

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
		part = api_text(row, "part_number");
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
		json_object *lock = api_object(catalog_find(items, part_numbers[i]), "lock");
		int64_t lease = api_number(lock, "lease_id", 0);

		any = any || lease > 0;
		json_object_array_add(leases, lease > 0 ? json_object_new_int64(lease) : NULL);
	}
	return any ? leases : NULL;
}
