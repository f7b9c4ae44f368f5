/*
 * What the server knows of a list of parts, in as few requests as addresses may be long.
 */
#ifndef SILO_CATALOG_H
#define SILO_CATALOG_H

#include "server/api.h"

/* The items (with their live locks) of these part numbers; unknown ones are left out. */
int catalog_items(struct silo *silo, const char *const *part_numbers, size_t count,
                  json_object **rows);

/* The row of a part number, without regard to case; NULL: the server has none. */
json_object *catalog_find(json_object *rows, const char *part_number);

/*
 * The list `name` of an answer, brought into the order in which these part numbers were given: the
 * server claims them in one of its own.  What was not named comes last.  NULL: no such list.
 */
json_object *catalog_order(json_object *answer, const char *name, const char *const *part_numbers,
                           size_t count);

/*
 * The lease_ids of the locks that these items have, in the order of the part numbers; null where
 * there is none.  NULL when there are none at all, as with a server that numbers no leases.
 */
json_object *catalog_leases(struct silo *silo, json_object *items, const char *const *part_numbers,
                            size_t count);

/*
 * How our last lock of a part ended: the data of its item.unlocked.  NULL when that can't be found;
 * notes no failure.
 */
json_object *catalog_lock_end(struct silo *silo, const char *part_number);

#endif
