/*
 * Taking in one file.
 */
#ifndef SILO_ADMIN_IMPORT_FILE_H
#define SILO_ADMIN_IMPORT_FILE_H

#include "admin/admin.h"
#include "admin/import/entry.h"
#include "vault/vault.h"

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
