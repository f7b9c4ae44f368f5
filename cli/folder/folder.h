/*
 * The working folder and its index (.silo/index.json), as doc/working-folder.md states them and
 * the FreeCAD addon shares them.  Knows no HTTP.
 */
#ifndef SILO_FOLDER_H
#define SILO_FOLDER_H

#include <json-c/json.h>
#include <stdint.h>
#include "core/silo.h"

/* One file of the index.  Strings live as long as the command. */
struct entry {
	const char *path; /* relative to the root */
	const char *part_number;
	const char *item_id;    /* NULL: unknown */
	int64_t revision;       /* the base that the next commit names */
	const char *sha256;     /* of that base; "" when it has no file yet */
	const char *committing; /* SHA-256 of an upload whose end is not known, or NULL */
	bool checked_out;
	const char *workstation; /* that the check-out named; NULL: unknown */
};

struct folder {
	struct silo *silo;
	char *root;          /* absolute */
	char *below;         /* current folder relative to the root: "" or "sub/" */
	json_object *index;  /* the document */
	const char *damaged; /* why it has to be made anew, or NULL */
	int lock;            /* descriptor while changes are being made, -1 else */
	json_object
	    *elsewhere; /* of roots.c: what other folders have checked out; NULL: not read */
};

/*
 * Finds the root at or above the current folder and reads the index.  None: made here when
 * `create` (on disk at the first change), else a failure.  Refused when it belongs to another
 * server.  A damaged index is made anew (rebuild.h).
 */
int folder_open(struct silo *silo, bool create, struct folder *folder);

/* All entries, in the order of their paths; *count says how many. */
struct entry *folder_entries(struct folder *folder, size_t *count);

/* The entry of a part number (without regard to case) or of a path as typed; false: none. */
bool folder_find_part(struct folder *folder, const char *part_number, struct entry *entry);
bool folder_find_path(struct folder *folder, const char *path, struct entry *entry);

/* By path if such a file is known, else by part number. */
bool folder_find(struct folder *folder, const char *word, struct entry *entry);

/* Where it lies on disk. */
char *folder_disk_path(const struct folder *folder, const char *path);

/* A path as typed, relative to the root; NULL when it lies outside.  Looks at no disk. */
char *folder_relative(const struct folder *folder, const char *typed);

/* The current folder's name for a file in it, relative to the root. */
char *folder_path_here(const struct folder *folder, const char *name);

/* A file inside .silo (e.g. "backup"). */
char *folder_inner(const struct folder *folder, const char *name);

/* Path as the user would type it from the current folder. */
const char *folder_shown(const struct folder *folder, const char *path);

/* Changes: begin (waits for others, reads again), put or drop, end (writes durably). */
int folder_begin(struct folder *folder);
void folder_put(struct folder *folder, const struct entry *entry);
void folder_drop(struct folder *folder, const char *path);
int folder_end(struct folder *folder);

/* The same without the changes: takes and leaves the folder's lock; the index may be damaged. */
int folder_take(struct folder *folder);
void folder_leave(struct folder *folder);

/* begin, put one, end. */
int folder_record(struct folder *folder, const struct entry *entry);

#endif
