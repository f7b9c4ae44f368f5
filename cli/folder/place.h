/*
 * Puts a revision's content at its place in the working folder without ever losing what is there:
 * first decided for every file, then done.
 */
#ifndef SILO_PLACE_H
#define SILO_PLACE_H

#include "folder/transfer.h"

enum place_action {
	PLACE_FETCH,  /* nothing is there, or an unchanged older content */
	PLACE_ADOPT,  /* that very content is there */
	PLACE_KEEP,   /* changes on top of that very revision: they stay */
	PLACE_BACKUP, /* something else is there: kept in .silo/backup, then replaced (--force) */
	PLACE_NOTHING /* the item has no file yet */
};

struct place {
	struct revision revision;
	const char *item_id;
	const char *path; /* relative to the root */
	enum place_action action;
	const char *backup; /* where the former content went, or NULL */
	char found[65];     /* SHA-256 of what was there when it was decided, "" nothing */
	bool known;         /* the index has it: entry says what */
	struct entry entry;
};

struct place_wish {
	const char *to;    /* file name instead of the server's, or NULL */
	bool force;        /* may replace what differs */
	bool keep_changes; /* local changes to this very revision stay (check-out) */
	bool beside;       /* NAME@REV beside the file */
};

/* Decides.  What may not be replaced is a failure that says why and what to do. */
int place_decide(struct folder *folder, const struct place_wish *wish, struct place *place);

/* Does it: afterwards the file is there, read-only unless kept.  The index is not touched. */
int place_do(struct folder *folder, struct place *place);

/* What --json says of it, with that outcome.  The caller owns it. */
json_object *place_json(const struct place *place, const char *outcome);

#endif
