/*
 * Uploads whose end was never learnt: did they arrive?  An upload is known by its content, its
 * number (the next one after its base) and its author.
 */
#include "config.h"

#include "exchange/pending_upload.h"

#include <string.h>

int pending_upload_resolve(struct folder *folder, struct entry *entry, struct revision *made)
{
	struct silo *silo = folder->silo;
	struct revision next;
	const char *user;

	*made = (struct revision){0};
	if (entry->committing == NULL)
		return SILO_DONE;
	user = api_user(silo);
	if (user == NULL)
		return silo->failure.exit;
	if (transfer_revision(silo, entry->part_number, entry->revision + 1, &next) != SILO_DONE) {
		if (silo->failure.exit == SILO_AWAY)
			return SILO_AWAY;
		silo->failure = (struct failure){0};
		return SILO_DONE;
	}
	if (next.sha256 == NULL || strcmp(next.sha256, entry->committing) != 0 ||
	    strcmp(next.by, user) != 0)
		return SILO_DONE;
	entry->revision = next.number;
	entry->sha256 = next.sha256;
	entry->committing = NULL;
	*made = next;
	return SILO_DONE;
}
