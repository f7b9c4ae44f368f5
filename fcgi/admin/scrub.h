/*
 * Compares a vault with its names, file by file in the order of their hashes: what check and verify
 * share.  Those decide whom to tell and how fast to read, and keep the position.
 */
#ifndef SILO_ADMIN_SCRUB_H
#define SILO_ADMIN_SCRUB_H

#include <stdbool.h>
#include <stdint.h>
#include "admin/admin.h"
#include "vault/vault.h"

struct scrub {
	struct admin *admin;
	struct vault *vault;
	bool quick;                      /* sizes only */
	const struct vault_watch *watch; /* called for each piece that is read; may be NULL */
	/* Called after each file that the database names; false: stop here. */
	bool (*each)(struct scrub *scrub);
	void *of; /* for `each` */

	char place[VAULT_HEX + 1]; /* the last one judged; '' = from the beginning */
	int64_t files, bytes, missing, damaged;
	int64_t orphaned, foreign; /* since this call: no row names it; no vault has put it there */
	bool is_stopped;           /* by `each` or the watch */
};

/*
 * Continues from `place` to the end, or until stopped; prints a line on standard output for each
 * finding.  False after saying why it broke off: the database or the vault is away.
 */
bool scrub_run(struct scrub *scrub);

#endif
