/*
 * From one vault to another.
 */
#include "config.h"
#include "vault/folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where the pieces go, and whether they arrived. */
struct copying {
	struct vault_writer *writer;
	enum vault_outcome outcome;
};

static bool write_piece(void *of, const void *bytes, size_t length)
{
	struct copying *copying = of;

	copying->outcome = vault_write(copying->writer, bytes, length);
	return copying->outcome == VAULT_OK;
}

static bool is_there(struct vault *vault, const struct vault_blob *blob, bool trusts)
{
	const char *fault;
	int64_t size;

	if (trusts)
		return vault_find(vault, blob->sha256, &size) && size == blob->size;
	return vault_judge(vault, blob->sha256, blob->size, NULL, &fault) == VAULT_WHOLE;
}

/* The writer hashes: no byte is hashed twice. */
static enum vault_copied bring(struct vault *from, struct vault_writer *writer,
                               const struct vault_blob *blob, const char **fault)
{
	struct copying copying = {.writer = writer, .outcome = VAULT_OK};
	const struct vault_watch watch = {.read = write_piece, .of = &copying};
	struct vault_blob brought;

	switch (vault_pour(from, blob->sha256, blob->size, &watch, NULL, fault)) {
	case VAULT_WHOLE:
		break;
	case VAULT_MISSING:
		*fault = NULL;
		return VAULT_COPY_MISSING;
	case VAULT_DAMAGED:
		return VAULT_COPY_DAMAGED;
	case VAULT_UNTOLD:
		if (copying.outcome != VAULT_TOO_LARGE)
			return VAULT_COPY_FAILED;
		*fault = "another size"; /* it grew while it was read */
		return VAULT_COPY_DAMAGED;
	}
	if (vault_seal(writer, &brought) != VAULT_OK)
		return VAULT_COPY_FAILED;
	if (strcmp(brought.sha256, blob->sha256) != 0) {
		*fault = "other bytes";
		return VAULT_COPY_DAMAGED;
	}
	return vault_place_over(writer) == VAULT_OK ? VAULT_COPIED : VAULT_COPY_FAILED;
}

enum vault_copied vault_copy(struct vault *from, struct vault *to, const struct vault_blob *blob,
                             bool trusts, const char **fault)
{
	struct vault_writer *writer;
	enum vault_copied result;
	int error;

	*fault = NULL;
	if (is_there(to, blob, trusts))
		return VAULT_KEPT;
	if (!from)
		return VAULT_COPY_MISSING;
	writer = vault_begin(to, blob->size);
	if (!writer)
		return VAULT_COPY_FAILED;
	result = bring(from, writer, blob, fault);
	error = errno;
	vault_abandon(writer);
	errno = error;
	return result;
}

/* The whole file system: one call instead of one per folder. */
bool vault_sync(struct vault *vault)
{
	return syncfs(vault->folder) == 0;
}
