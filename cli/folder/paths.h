/*
 * The working folder as its files see it: where it is, what an entry of its index says, and paths
 * in it.  Looks at no disk; knows no HTTP.
 */
#ifndef SILO_PATHS_H
#define SILO_PATHS_H

#include <json-c/json.h>
#include <stdbool.h>
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
	char *root;             /* absolute */
	char *below;            /* current folder relative to the root: "" or "sub/" */
	json_object *index;     /* the document */
	const char *damaged;    /* why it has to be rebuilt, or NULL */
	int lock;               /* descriptor while changes are being made, -1 else */
	json_object *elsewhere; /* what other folders have checked out; NULL: not read yet */
	struct folder *others;  /* the known other folders; NULL: not read yet */
	size_t other_count;
};

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

/* The same as one word of a command that the user may paste into a shell. */
const char *folder_word(const struct folder *folder, const char *path);

#endif
