/*
 * silo-admin check: does the vault have every file that the database names, and no other?  Hashes
 * every file again as fast as it can; with --quick compares only sizes.
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/scrub.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int check_command(struct admin *admin, char **words)
{
	struct scrub scrub = {.admin = admin, .quick = flag_take(words, "--quick")};
	bool done;

	if (words[0])
		return 2;
	scrub.vault = admin_vault(admin);
	if (!scrub.vault)
		return 1;
	done = scrub_run(&scrub);
	vault_close(scrub.vault);
	if (!done)
		return 1;
	printf("%" PRId64 " files named, %" PRId64 " missing, %" PRId64 " damaged, %" PRId64
	       " orphaned",
	       scrub.files, scrub.missing, scrub.damaged, scrub.orphaned);
	if (scrub.foreign > 0)
		printf(", %" PRId64 " foreign", scrub.foreign);
	putchar('\n');
	return scrub.missing || scrub.damaged ? 1 : 0;
}
