/*
 * Stores the picture inside a sealed file in its vault: the only place where the store and the
 * reader of pictures meet.
 */
#include "config.h"
#include "vault/folder.h"
#include "vault/thumbnail.h"

#include <errno.h>
#include <stdlib.h>

/* Begins, writes, seals and places; abandons the writer if that fails. */
static enum vault_outcome bring(struct vault *vault, const unsigned char *png, size_t length,
                                struct vault_writer **placed, struct vault_blob *blob)
{
	struct vault_writer *writer = vault_begin(vault, THUMBNAIL_BYTES);
	enum vault_outcome outcome;
	int error;

	if (!writer)
		return vault_outcome_of(errno);
	outcome = vault_write(writer, png, length);
	if (outcome == VAULT_OK)
		outcome = vault_seal(writer, blob);
	if (outcome == VAULT_OK)
		outcome = vault_place(writer);
	if (outcome == VAULT_OK) {
		*placed = writer;
		return VAULT_OK;
	}
	error = errno;
	vault_abandon(writer);
	errno = error;
	return outcome;
}

enum vault_outcome vault_thumbnail(const struct vault_writer *file, struct vault_writer **thumbnail,
                                   struct vault_blob *blob)
{
	size_t length;
	unsigned char *png = thumbnail_read(vault_descriptor(file), &length);
	enum vault_outcome outcome = VAULT_OK;
	int error;

	*thumbnail = NULL;
	if (png)
		outcome = bring(vault_of(file), png, length, thumbnail, blob);
	error = errno;
	free(png);
	errno = error;
	return outcome;
}
