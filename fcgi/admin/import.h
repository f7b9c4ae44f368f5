/*
 * silo-admin import: the list of files (import_list.c), taking in one file (import_file.c), and the
 * command with its processes, progress and report (import.c).
 */
#ifndef SILO_ADMIN_IMPORT_H
#define SILO_ADMIN_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "admin/admin.h"
#include "vault/vault.h"

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

/*
 * Reads a folder tree, or a CSV file with a header, sorted by part number and order.  False after
 * printing to standard error what failed.  Free with import_list_free in either case.
 */
bool import_list_read(const char *source, const struct import_defaults *defaults,
                      struct import_list *list);
void import_list_free(struct import_list *list);

/* The list as a CSV that import reads again. */
bool import_list_write(const struct import_list *list, FILE *out);

/* One row of a CSV from `count` texts; NULL is an empty field. */
void csv_row(FILE *out, const char *const *fields, size_t count);

enum import_outcome {
	IMPORT_UNTRIED,
	IMPORT_NEW,      /* an item with its first revision */
	IMPORT_REVISION, /* a further revision of an item */
	IMPORT_THERE,    /* the item has this content already */
	IMPORT_REFUSED,  /* see `why` */
	IMPORT_AWAY      /* the database or the vault is away: the run ends */
};

struct import_result {
	enum import_outcome outcome;
	int revision;
	long long size; /* bytes brought in */
	char why[256];
};

/* What one process needs to take in files. */
struct import_door {
	struct admin *admin;
	struct vault *vault;
	const char *importer;
};

/* Takes in one file: first its content, durably, into the vault, then its row. */
void import_file(const struct import_door *door, const struct import_entry *entry,
                 struct import_result *result);

#endif
