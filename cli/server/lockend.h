/*
 * How a lock of ours ended behind our back: who, when and why, out of the item's history.
 */
#ifndef SILO_LOCKEND_H
#define SILO_LOCKEND_H

#include <json-c/json.h>
#include "core/silo.h"

/* The data of the item.unlocked that ended our last lock; NULL when that can't be found. */
json_object *lockend_find(struct silo *silo, const char *part_number);

/* "ada released your lock by force, 14:05: on holiday"; NULL for NULL. */
char *lockend_words(struct silo *silo, json_object *end);

#endif
