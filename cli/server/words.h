/*
 * What the server's JSON says of locks and items, in words for a person.  Asks nothing.
 */
#ifndef SILO_WORDS_H
#define SILO_WORDS_H

#include <json-c/json.h>
#include "core/silo.h"

/* A lock: "bob since 14:05, until 22:05: new ribs". */
char *words_lock(struct silo *silo, json_object *lock);

/* A refusal's details: "was archived by bob, 14:05"; NULL when they don't say. */
char *words_archived(struct silo *silo, json_object *details);

/* The data of an item.unlocked: "ada released your lock by force, 14:05: on holiday"; NULL for
 * NULL. */
char *words_lock_end(struct silo *silo, json_object *end);

#endif
