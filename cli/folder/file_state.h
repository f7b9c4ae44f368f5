/*
 * How a file of the working folder differs from its entry in the index.  Every command that
 * decides over files asks here, so that a file that can't be judged is never taken for unchanged.
 */
#ifndef SILO_FILE_STATE_H
#define SILO_FILE_STATE_H

#include "core/workfile.h"
#include "folder/folder.h"

enum file_change {
	FILE_UNCHANGED,
	FILE_MODIFIED,
	FILE_MISSING,
	FILE_UNREADABLE /* nobody can tell: no permission, no plain file, a damaged entry */
};

struct file_state {
	enum file_change state;
	const char *why; /* missing or unreadable: the reason in a few words, else NULL */
	char digest[WORKFILE_DIGEST]; /* of what is there; "" when missing or unreadable */
	int64_t size;
};

struct file_state file_state_of(const struct folder *folder, const struct entry *entry);

/* The word of `status` and --json. */
const char *file_change_word(enum file_change state);

#endif
