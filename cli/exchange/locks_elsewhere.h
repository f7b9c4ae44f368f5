/*
 * Locks of the user that have no file here: taken alone, at another place, or by a check-out that
 * was interrupted.
 */
#ifndef SILO_LOCKS_ELSEWHERE_H
#define SILO_LOCKS_ELSEWHERE_H

#include "folder/folder.h"

/* An array of such locks, owned by the arena.  The user must be known. */
int locks_elsewhere_find(struct folder *folder, json_object **locks);

/* Shows them to a person, with the next steps; nothing for none. */
void locks_elsewhere_show(struct folder *folder, json_object *locks);

/* One of them in words, with its next steps. */
char *locks_elsewhere_words(struct folder *folder, json_object *lock);

#endif
