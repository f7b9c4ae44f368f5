/*
 * The store in a folder, and what its own files share; for nobody else.
 *
 * A content is the file `ab/cd/<sha256>`.  It begins in `tmp/` under a random name (O_EXCL), is
 * fsynced when it is sealed, and renamed to its name when it is placed, all three folders above it
 * fsynced.
 *
 * Removing a file, and why it can't race with an upload of the same content:
 *   - `place` first touches the name (utimensat).  Worked: the file is kept and its time is now.
 *     ENOENT: the own copy is renamed there, but only onto a free name; taken meanwhile, it
 *     touches again.  Kept is only what has been read and is whole; else the own copy is renamed
 *     over it, and whoever relied on the name has gained.  So whoever relies on a name has stamped
 * the inode it relies on, or brought its own, and nobody's own is replaced by another's.
 *   - whoever removes first renames the name to `trash/<sha256>.<random>` and only then looks at
 *     the stamp of what it holds.  A stamp from before the rename is seen; one after it gets
 *     ENOENT and brings its own copy.  A stamp that is not the expected one: the file is put back,
 *     but not over a copy that was brought meanwhile; that one is stamped instead.
 *   - vault_discard (the uploader whose row was refused) expects exactly its own stamp.
 *   - vault_clean, the clean-up of files without a row, must expect a stamp older than
 * VAULT_GRACE_SECONDS, read AFTER the rename, and must ask the database AFTER the rename too; no
 * upload lasts that long between place and commit (statement timeouts are seconds).
 *   - a remover that dies in between leaves the file in `trash/`; vault_find puts it back when
 *     somebody asks for it.
 */
#ifndef SILO_VAULT_FOLDER_H
#define SILO_VAULT_FOLDER_H

#include <time.h>
#include "vault/vault.h"

/* nginx's user reads the files through their group. */
enum { VAULT_FOLDER_MODE = 0750 };

struct vault {
	int folder;  /* open; all paths are relative to it */
	char *name;  /* of the folder, for people */
	char *where; /* the last text of vault_where */
};

/*
 * Stamps the file that has the name already.  The clock is read in full (the file system's own
 * "now" is some milliseconds coarse) so that two stamps differ.
 */
int vault_stamp(int folder, const char *path, struct timespec *now);

/*
 * Gives a file its name unless the name is taken (EEXIST): replacing one that another upload has
 * brought a moment ago would make it ours to discard.
 */
int vault_name(int folder, const char *from, const char *path);

/*
 * Puts back what a remover took away.  A file that an upload has brought meanwhile stays, and gets
 * the stamp that the one in the trash may have: its uploader must not discard it any more.
 */
int vault_put_back(int folder, const char *trash, const char *path);

/* Opens a file for reading; -1 with errno. */
int vault_read(struct vault *vault, const char *sha256);

/* A descriptor to read the sealed content, position anywhere; owned by the writer. */
int vault_descriptor(const struct vault_writer *writer);

/* Where it writes. */
struct vault *vault_of(const struct vault_writer *writer);

/* vault_place over whatever has the name, and durable only after vault_sync. */
enum vault_outcome vault_place_over(struct vault_writer *writer);

/*
 * Reads a whole file of that size (-1: any) to the watch and, unless `hex` is NULL, hashes it:
 * VAULT_WHOLE when it has all been read, whatever it holds.
 */
enum vault_state vault_pour(struct vault *vault, const char *sha256, int64_t size,
                            const struct vault_watch *watch, char *hex, const char **fault);

#endif
