/*
 * How the server's lock of a part stands to this folder: ours or not, taken here or elsewhere.
 */
#ifndef SILO_HOLD_H
#define SILO_HOLD_H

#include "folder/folder.h"

struct hold {
	json_object *lock; /* the live lock, owned by the arena; NULL: none */
	int64_t lease_id; /* of the lock when it is ours; 0: not ours, or the server numbers none */
	bool mine;        /* the user's */
	bool here;        /* ours, and nobody's but this folder's: a commit releases it */
	bool shared;      /* ours, and both this folder and another have it checked out */
	const char *elsewhere; /* ours, but not only of this folder: in words; NULL else */
};

/* Judges a lock that the server has shown (NULL: none).  The user must be known (api_user). */
struct hold hold_of(struct folder *folder, const struct entry *entry, json_object *lock);

/* Asks the server first.  A failure is noted. */
int hold_see(struct folder *folder, const struct entry *entry, struct hold *hold);

#endif
