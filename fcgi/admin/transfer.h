/*
 * All contents that the database names, from one vault to another: what backup and restore share.
 */
#ifndef SILO_ADMIN_TRANSFER_H
#define SILO_ADMIN_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include "admin/admin.h"

struct transfer {
	struct admin *admin;
	const char *from, *to; /* addresses of vaults */
	bool trusts;           /* what is at the target already with its size is kept unread */
	bool looks_back;       /* also says what the source has lost and the target has */
	long files;            /* at the target now */
	long missing, damaged, rescuers;
	char *list; /* what is missing and damaged, a line each; the caller frees it */
	size_t list_length;
};

/*
 * Brings everything that can be brought; what the source lacks is named on standard output and
 * counted.  False after saying why it broke off: the database is away, the target can't be written.
 */
bool transfer_run(struct transfer *transfer);

#endif
