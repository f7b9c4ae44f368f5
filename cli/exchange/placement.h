/*
 * Puts a revision's content at its place in the working folder without ever losing what is there:
 * first decided for every file, then done.
 */
#ifndef SILO_PLACEMENT_H
#define SILO_PLACEMENT_H

#include <stddef.h>
#include "exchange/transfer.h"

enum placement_action {
	PLACEMENT_FETCH,  /* nothing is there, or an unchanged older content */
	PLACEMENT_ADOPT,  /* that very content is there */
	PLACEMENT_KEEP,   /* changes on top of that very revision: they stay */
	PLACEMENT_BACKUP, /* something else is there: kept in .silo/backup, then replaced (--force)
	                   */
	PLACEMENT_NOTHING /* the item has no file yet */
};

struct placement {
	struct revision revision;
	const char *item_id;
	const char *path; /* relative to the root */
	enum placement_action action;
	const char *backup; /* where the former content went, or NULL */
	char found[65];     /* SHA-256 of what was there when it was decided, "" nothing */
	bool known;         /* the index has it: entry says what */
	struct entry entry;
};

struct placement_options {
	const char *to;    /* file name instead of the server's, or NULL */
	bool force;        /* may replace what differs */
	bool keep_changes; /* local changes to this very revision stay (check-out) */
	bool beside;       /* NAME@REV beside the file */
};

/*
 * Decides about places[index], after those before it.  A file whose name is another item's here, or
 * one's of those before it, goes by its part number and name.  What may not be replaced is a
 * failure that says why and what to do.
 */
int placement_decide(struct folder *folder, const struct placement_options *options,
                     struct placement *places, size_t index);

/*
 * The name under which a file is uploaded: its own here, or the server's where it goes by its part
 * number and name only because of another item.  Asks the server then.
 */
int placement_upload_name(struct folder *folder, const struct entry *entry, const char **name);

/* Does it: afterwards the file is there, read-only unless kept.  The index is not touched. */
int placement_do(struct folder *folder, struct placement *place);

/* What --json says of it, with that outcome.  The caller owns it. */
json_object *placement_json(const struct placement *place, const char *outcome);

#endif
