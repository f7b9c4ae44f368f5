/*
 * A list of files to take in, and what its entries have in common wherever they come from.
 */
#ifndef SILO_ADMIN_IMPORT_ENTRY_H
#define SILO_ADMIN_IMPORT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

/* What the command line says about every file; NULL = nothing. */
struct import_defaults {
	const char *item_type, *project, *comment;
};

/* One file.  The list owns the texts; NULL = unknown. */
struct import_entry {
	char *path; /* path to open */
	char *file; /* as the list names it, below the folder */
	char *part_number, *item_type, *description, *project, *comment, *sha256;
	const char *fault;  /* why it can't be taken in, a static text; NULL = it can */
	bool is_unreadable; /* a folder, or something that can't be read at all: in no list */
	long order;         /* its place in the list: revisions of an item come in this order */
};

struct import_list {
	struct import_entry *entries;
	size_t count, room;
	long skipped; /* hidden files, backups of editors, links */
};

/* A further entry, empty but for its place; valid until the next is added. */
struct import_entry *entry_add(struct import_list *list);

void import_list_free(struct import_list *list);

/* A copy for an entry to own; the program ends where there is no memory. */
char *text_copy(const char *text);

/* The text or, where it is NULL or empty, the other one, which may be NULL. */
char *text_copy_or(const char *text, const char *otherwise);

/* The item type that the ending of a file's name suggests. */
const char *item_type_of(const char *name);

#endif
