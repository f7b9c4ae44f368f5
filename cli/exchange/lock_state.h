/*
 * What the server's lock of a part means for this folder: ours or not, taken here or elsewhere.
 */
#ifndef SILO_LOCK_STATE_H
#define SILO_LOCK_STATE_H

#include "folder/folder.h"

struct lock_state {
	json_object *lock; /* the live lock, owned by the arena; NULL: none */
	int64_t lease_id; /* of the lock when it is ours; 0: not ours, or the server numbers none */
	bool mine;        /* the user's */
	bool here;        /* ours, and nobody's but this folder's: a commit releases it */
	bool shared;      /* ours, and both this folder and another have it checked out */
	const char *elsewhere; /* ours, but not only of this folder: in words; NULL else */
};

/* Judges a lock that the server has shown (NULL: none).  The user must be known (api_user). */
struct lock_state lock_state_of(struct folder *folder, const struct entry *entry,
                                json_object *lock);

/* Asks the server first.  A failure is noted. */
int lock_state_ask(struct folder *folder, const struct entry *entry, struct lock_state *held);

#endif
