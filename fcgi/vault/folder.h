/*
 * The store in a folder, and what its own files share.  Nobody else includes this.
 *
 * A content is the file `ab/cd/<sha256>`.  It begins in `tmp/` under a random name (O_EXCL), is
 * fsynced when it is sealed, and renamed to its name when it is placed, all three folders above it
 * fsynced.
 *
 * Removing a file, and why it can't race with an upload of the same content:
 *   - `place` first touches the name (utimensat).  If that works, the file is kept and has a fresh
 *     stamp.  ENOENT: our copy is renamed there, but only if the name is still free; otherwise
 *     `place` touches again.  A file is kept only after it has been read and matches its name;
 *     otherwise our copy is renamed over it, and everyone who relied on the name gains.  So anyone
 *     who relies on a name has stamped the inode it relies on, or has brought its own copy, and
 *     nobody's copy is replaced by somebody else's.
 *   - a remover first renames the file to `trash/<sha256>.<random>` and only then looks at its
 *     stamp.  It sees any stamp from before the rename; a later `place` gets ENOENT and brings its
 *     own copy.  If the stamp is not the expected one, the remover puts the file back, unless
 *     somebody has brought a copy meanwhile; then it stamps that one.
 *   - vault_discard (for an uploader whose row was refused) expects exactly its own stamp.
 *   - vault_clean, which removes files without a row, must expect a stamp older than
 *     VAULT_GRACE_SECONDS, read AFTER the rename, and must ask the database AFTER the rename too.
 *     No upload takes that long between place and commit (statement timeouts are seconds).
 *   - a remover that dies in between leaves the file in `trash/`; vault_find, and anything that
 *     reads a file by its name, puts it back.  A remover whose file is put back meanwhile does
 *     nothing more.
 */
#ifndef SILO_VAULT_FOLDER_H
#define SILO_VAULT_FOLDER_H

#include <time.h>
#include "vault/vault.h"

/* nginx's account reads the files through their group. */
enum { VAULT_FOLDER_MODE = 0750 };

struct vault {
	int folder;  /* open; all paths are relative to it */
	char *name;  /* of the folder, for people */
	char *where; /* the last text of vault_where */
};

/*
 * Stamps the file that already has the name.  Reads the clock in full resolution, so that two
 * stamps differ: the file system's own "now" is some milliseconds coarse.
 */
int vault_stamp(int folder, const char *path, struct timespec *now);

/*
 * Gives a file its name unless the name is taken (EEXIST).  If we replaced a file that another
 * upload has just brought, we could discard it later.
 */
int vault_name(int folder, const char *from, const char *path);

/*
 * Puts back what a remover took away.  If an upload has brought the file meanwhile, that one stays
 * and gets the stamp of the one in the trash, so that its uploader can no longer discard it.
 */
int vault_put_back(int folder, const char *trash, const char *path);

/* Opens a file for reading; -1 with errno. */
int vault_read(struct vault *vault, const char *sha256);

/* A descriptor to read the sealed content, at any position; owned by the writer. */
int vault_descriptor(const struct vault_writer *writer);

/* Where it writes. */
struct vault *vault_of(const struct vault_writer *writer);

/* vault_place that replaces whatever has the name; durable only after vault_sync. */
enum vault_outcome vault_place_over(struct vault_writer *writer);

/*
 * Reads a whole file of that size (-1: any), passes it to the watch and, unless `hex` is NULL,
 * hashes it.  VAULT_WHOLE if all has been read, whatever the content.
 */
enum vault_state vault_pour(struct vault *vault, const char *sha256, int64_t size,
                            const struct vault_watch *watch, char *hex, const char **fault);

#endif
