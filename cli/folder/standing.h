/*
 * How a file of the working folder stands against its entry in the index.  Every command that
 * decides over files asks here, so that a file that can't be judged is never taken for unchanged.
 */
#ifndef SILO_STANDING_H
#define SILO_STANDING_H

#include "core/workfile.h"
#include "folder/folder.h"

enum standing_state {
	STANDING_UNCHANGED,
	STANDING_MODIFIED,
	STANDING_MISSING,
	STANDING_UNREADABLE /* nobody can tell: no permission, no plain file, a damaged entry */
};

struct standing {
	enum standing_state state;
	const char *why; /* missing or unreadable: the reason in a few words, else NULL */
	char digest[WORKFILE_DIGEST]; /* of what is there; "" when missing or unreadable */
	int64_t size;
};

struct standing standing_of(const struct folder *folder, const struct entry *entry);

/* The word of `status` and --json. */
const char *standing_word(enum standing_state state);

#endif
