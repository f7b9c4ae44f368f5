/*
 * silo-admin clean: frees the space of uploads that never became a revision.  Safe beside running
 * servers (vault/vault.h promises it).
 */
#include "config.h"
#include "admin/admin.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "vault/vault.h"

static bool is_named(void *of, const char *sha256, bool *named)
{
	PGresult *result = admin_run(of, "select 1 from silo.blobs where sha256 = $1", 1, &sha256);

	if (!result)
		return false;
	*named = PQntuples(result) > 0;
	PQclear(result);
	return true;
}

int clean_command(struct admin *admin, char **words)
{
	struct vault_cleaned cleaned;
	struct vault *vault;
	bool done;

	if (words[0])
		return 2;
	vault = vault_open(admin->settings->vault);
	if (!vault) {
		fprintf(stderr, "silo-admin: %s: %s\n", admin->settings->vault, strerror(errno));
		return 1;
	}
	done = vault_clean(vault, is_named, admin, &cleaned);
	if (!done)
		fprintf(
		    stderr,
		    "silo-admin: the clean-up of %s is not complete; %d folders can't be read or "
		    "files can't be removed\n",
		    admin->settings->vault, cleaned.troubles);
	vault_close(vault);
	printf("%d files removed (%" PRId64 " bytes), %d temporary files removed\n", cleaned.files,
	       cleaned.bytes, cleaned.temporary);
	return done ? 0 : 1;
}
