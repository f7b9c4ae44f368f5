/*
 * Copies all contents that the database names from one vault to another: what backup and restore
 * share.
 */
#ifndef SILO_ADMIN_TRANSFER_H
#define SILO_ADMIN_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include "admin/admin.h"

struct transfer {
	struct admin *admin;
	const char *from, *to; /* addresses of vaults */
	bool trusts;           /* a file at the target with the right size is kept unread */
	bool looks_back;       /* also reports what the source has lost and the target has */
	long files;            /* now at the target */
	long missing, damaged, rescuers;
	char *list; /* what is missing and damaged, one line each; the caller frees it */
	size_t list_length;
};

/*
 * Copies everything it can; names on standard output and counts what the source lacks.  False after
 * saying why it broke off: the database is away, the target can't be written.
 */
bool transfer_run(struct transfer *transfer);

#endif
