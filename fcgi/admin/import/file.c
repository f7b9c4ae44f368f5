/*
 * Takes in one file: into the vault, as an upload would, then its row by SQL.
 */
#include "config.h"
#include "admin/import/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/filename.h"

enum { PIECE = 1 << 20 };

static unsigned char piece[PIECE];

static void refuse(struct import_result *result, enum import_outcome outcome, const char *why)
{
	result->outcome = outcome;
	snprintf(result->why, sizeof result->why, "%s", why);
}

/* A disk fault, or a file above the limit. */
static void vault_refuses(struct import_result *result, enum vault_outcome outcome)
{
	if (outcome == VAULT_TOO_LARGE)
		refuse(result, IMPORT_REFUSED, "larger than upload_limit_bytes");
	else
		refuse(result, IMPORT_AWAY,
		       outcome == VAULT_FULL ? "the vault's disk is full" : strerror(errno));
}

/*
 * Does the item have this content already?  Asked before the copy, and again with the row.  Sets
 * `hex` to the content's hash.
 */
static bool is_there(const struct import_door *door, const struct import_entry *entry, int file,
                     long long size, char hex[VAULT_HEX + 1], bool *there)
{
	char number[24];
	const char *const values[] = {entry->part_number, number};
	PGresult *rows;
	bool done;

	snprintf(number, sizeof number, "%lld", size);
	rows = admin_run(door->admin, "select silo.import_candidates($1, $2)", 2, values);
	done = rows != NULL && (PQntuples(rows) == 0 ||
	                        (vault_hash_file(file, hex) && lseek(file, 0, SEEK_SET) == 0));
	*there = false;
	for (int row = 0; done && row < PQntuples(rows); row++)
		*there = *there || strcmp(PQgetvalue(rows, row, 0), hex) == 0;
	PQclear(rows);
	return done;
}

static struct vault_writer *copy_in(const struct import_door *door, int file,
                                    struct vault_blob *blob, struct import_result *result)
{
	struct vault_writer *writer =
	    vault_begin(door->vault, door->admin->settings->upload_limit_bytes);
	enum vault_outcome outcome = writer ? VAULT_OK : vault_outcome_of(errno);
	ssize_t length = 0;

	while (outcome == VAULT_OK && (length = read(file, piece, PIECE)) > 0)
		outcome = vault_write(writer, piece, (size_t)length);
	if (outcome == VAULT_OK && length == 0)
		outcome = vault_seal(writer, blob);
	if (outcome == VAULT_OK && length == 0)
		return writer;
	if (length < 0)
		refuse(result, IMPORT_REFUSED, strerror(errno));
	else
		vault_refuses(result, outcome);
	vault_abandon(writer);
	return NULL;
}

/* Each process prints for itself, in whole lines. */
static void tell_healed(const struct vault_writer *writer, const struct vault_blob *blob)
{
	const char *fault = writer ? vault_healed(writer) : NULL;

	if (fault)
		fprintf(stderr,
		        "healed   %s, %" PRId64 " bytes: the vault's copy was damaged (%s)\n",
		        blob->sha256, blob->size, fault);
}

/* The item has this content, but does the vault?  The bytes at hand may be the last good ones. */
static void heal(const struct import_door *door, int file, const char *hex, int64_t size,
                 struct import_result *result)
{
	struct vault_writer *writer;
	struct vault_blob blob;
	enum vault_outcome outcome;
	const char *fault;

	result->outcome = IMPORT_THERE;
	if (vault_judge(door->vault, hex, size, NULL, &fault) == VAULT_WHOLE)
		return;
	writer = copy_in(door, file, &blob, result);
	if (!writer)
		return;
	outcome = strcmp(blob.sha256, hex) == 0 ? vault_place(writer) : VAULT_OK;
	if (outcome != VAULT_OK)
		vault_refuses(result, outcome);
	else if (vault_healed(writer))
		tell_healed(writer, &blob);
	else
		fprintf(stderr, "healed   %s, %" PRId64 " bytes: the vault had lost it\n",
		        blob.sha256, blob.size);
	vault_abandon(writer);
}

/* The row. */
static void name_content(const struct import_door *door, const struct import_entry *entry,
                         const char *filename, const struct vault_blob *blob,
                         const struct vault_blob *thumbnail, struct import_result *result)
{
	char size[24], thumbnail_size[24];
	const char *const values[] = {door->importer,
	                              entry->part_number,
	                              entry->item_type,
	                              entry->description,
	                              entry->project,
	                              entry->comment,
	                              filename,
	                              size,
	                              blob->sha256,
	                              thumbnail ? thumbnail->sha256 : NULL,
	                              thumbnail ? thumbnail_size : NULL};
	PGresult *row;
	const char *state;

	snprintf(size, sizeof size, "%" PRId64, blob->size);
	snprintf(thumbnail_size, sizeof thumbnail_size, "%" PRId64,
	         thumbnail ? thumbnail->size : 0);
	row = PQexecParams(door->admin->connection,
	                   "select outcome, revision from silo.import_file($1, $2, $3, $4, $5, $6, "
	                   "$7, $8, $9, $10, $11)",
	                   sizeof values / sizeof *values, NULL, values, NULL, NULL, 0);
	state = PQresultErrorField(row, PG_DIAG_SQLSTATE);
	if (PQresultStatus(row) == PGRES_TUPLES_OK) {
		const char *outcome = PQgetvalue(row, 0, 0);

		result->outcome = *outcome == 'n'   ? IMPORT_NEW
		                  : *outcome == 'r' ? IMPORT_REVISION
		                                    : IMPORT_THERE;
		result->revision = (int)strtol(PQgetvalue(row, 0, 1), NULL, 10);
		result->size = blob->size;
	} else if (state && PQstatus(door->admin->connection) == CONNECTION_OK) {
		const char *detail = PQresultErrorField(row, PG_DIAG_MESSAGE_DETAIL);
		const char *hint = PQresultErrorField(row, PG_DIAG_MESSAGE_HINT);

		result->outcome = strcmp(state, "SL503") == 0 ? IMPORT_AWAY : IMPORT_REFUSED;
		snprintf(result->why, sizeof result->why, "%s %s",
		         PQresultErrorField(row, PG_DIAG_MESSAGE_PRIMARY),
		         hint     ? hint
		         : detail ? detail
		                  : "");
	} else {
		refuse(result, IMPORT_AWAY, "the connection to the database is lost");
	}
	PQclear(row);
}

static void bring(const struct import_door *door, const struct import_entry *entry, int file,
                  const char *filename, struct import_result *result)
{
	struct vault_blob blob, picture;
	struct vault_writer *thumbnail = NULL, *content = copy_in(door, file, &blob, result);
	enum vault_outcome outcome;

	if (!content)
		return;
	if (entry->sha256 && strcmp(entry->sha256, blob.sha256) != 0) {
		refuse(result, IMPORT_REFUSED, "the content doesn't match the list's sha256");
		goto out;
	}
	outcome = vault_place(content);
	if (outcome != VAULT_OK) {
		vault_refuses(result, outcome);
		goto out;
	}
	/* If the picture can't be stored, take in the file all the same. */
	vault_thumbnail(content, &thumbnail, &picture);
	tell_healed(content, &blob);
	tell_healed(thumbnail, &picture);
	name_content(door, entry, filename, &blob, thumbnail ? &picture : NULL, result);
	/* Only after a definite refusal: after a lost connection the row may exist. */
	if (result->outcome == IMPORT_REFUSED) {
		vault_discard(content);
		if (thumbnail)
			vault_discard(thumbnail);
	}
out:
	vault_abandon(thumbnail);
	vault_abandon(content);
}

void import_file(const struct import_door *door, const struct import_entry *entry,
                 struct import_result *result)
{
	/* Don't wait for the other end if somebody has put a pipe there. */
	int file = open(entry->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why, *filename = filename_clean(entry->path, strlen(entry->path), &why);
	char hex[VAULT_HEX + 1] = "";
	struct stat found;
	bool there;

	if (file < 0 || fstat(file, &found) != 0)
		refuse(result, IMPORT_REFUSED, strerror(errno));
	else if (!S_ISREG(found.st_mode))
		refuse(result, IMPORT_REFUSED, "not a regular file");
	else if (found.st_size == 0)
		refuse(result, IMPORT_REFUSED, "the file is empty");
	else if (!filename)
		refuse(result, IMPORT_REFUSED, why);
	else if (!is_there(door, entry, file, (long long)found.st_size, hex, &there))
		refuse(result, IMPORT_AWAY, "the database or the file can't be read");
	else if (there)
		heal(door, file, hex, found.st_size, result);
	else
		bring(door, entry, file, filename, result);
	if (file >= 0)
		close(file);
}
