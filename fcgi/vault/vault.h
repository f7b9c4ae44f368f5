/*
 * The vault: files on disk named by the SHA-256 of what is in them, each stored once, in
 * `ab/cd/<sha256>` below one folder.  Knows no HTTP, no database, no item.
 *
 * A file goes begin → write … → seal → place; only after `place` has returned may a row name it:
 *   begin  a new file in `tmp/`, random name, O_EXCL
 *   write  appends and hashes; the limit is enforced here, at the byte that exceeds it
 *   seal   the content is complete: hash known, content on disk (fsync)
 *   place  renamed to its name, all three folders above it fsynced
 * A crash before `place` leaves a file in `tmp/` that nobody names (vault_sweep removes it a day
 * later); a crash after it leaves a whole file that maybe no row names.
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
#ifndef SILO_VAULT_H
#define SILO_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_HEX           64    /* characters of a name */
#define VAULT_GRACE_SECONDS 86400 /* younger files are never cleaned up */

enum vault_outcome {
	VAULT_OK,
	VAULT_TOO_LARGE, /* more bytes than the limit */
	VAULT_FULL,      /* ENOSPC, EDQUOT: nothing stored */
	VAULT_FAILED     /* any other errno (EIO, EROFS, …): nothing stored */
};

struct vault;
struct vault_writer;

struct vault_blob {
	char sha256[VAULT_HEX + 1];
	int64_t size;
};

/* Opens the folder, making it and `tmp/` and `trash/` if need be.  NULL with errno. */
struct vault *vault_open(const char *folder);
void vault_close(struct vault *vault);

/* A new, empty file.  NULL with errno (ENOSPC, EROFS, …). */
struct vault_writer *vault_begin(struct vault *vault, int64_t limit);

/* Appends.  After anything but VAULT_OK only vault_abandon is left to do. */
enum vault_outcome vault_write(struct vault_writer *writer, const void *bytes, size_t length);

/* No more bytes.  Fills `blob`; the content is on disk but has no name yet. */
enum vault_outcome vault_seal(struct vault_writer *writer, struct vault_blob *blob);

/* A descriptor to read the sealed content, position anywhere; owned by the writer. */
int vault_descriptor(const struct vault_writer *writer);

/*
 * Gives the sealed file its name, or keeps the one that has it already and is whole; a
 * damaged one is replaced.  Durable on return.
 */
enum vault_outcome vault_place(struct vault_writer *writer);

/*
 * After vault_place: what was wrong with the file that had the name and has been replaced by this
 * one; NULL when none was.  Worth a line in the log: a disk does not keep what it is given.
 */
const char *vault_healed(const struct vault_writer *writer);

/*
 * The row that was to name a placed file has been refused for certain: removes the file if this
 * writer brought it and nobody has relied on it since.  Never after a lost connection: the row
 * may be there.
 */
void vault_discard(struct vault_writer *writer);

/* Frees the writer and what is left of it in `tmp/`; a placed file stays.  NULL is allowed. */
void vault_abandon(struct vault_writer *writer);

/* Whether an HTTP status of 507 fits: out of space. */
enum vault_outcome vault_outcome_of(int error);

/* True, and the size, when the file is there.  `sha256`: 64 lower-case hex digits, else false. */
bool vault_find(struct vault *vault, const char *sha256, int64_t *size);

enum vault_state {
	VAULT_WHOLE,
	VAULT_MISSING,
	VAULT_DAMAGED, /* other bytes, another size, unreadable, no regular file */
	VAULT_UNTOLD   /* the watch has ended the reading */
};

/*
 * Watches a long reading: told of each piece, says with errno ECANCELED and false that it must end.
 * What is watched is read from the disk, not from memory, and not left in memory.
 */
struct vault_watch {
	bool (*read)(void *of, size_t bytes);
	void *of;
};

/*
 * Reads the whole file: is it what its name says?  `size` -1: not known.  `watch` may be NULL.
 * `fault` is what is wrong, static text or strerror's, NULL when nothing is.
 */
enum vault_state vault_judge(struct vault *vault, const char *sha256, int64_t size,
                             const struct vault_watch *watch, const char **fault);

/* Opens a file for reading; -1 with errno. */
int vault_read(struct vault *vault, const char *sha256);

/* Makes a file and a folder fsync to see whether the vault can be written: VAULT_OK when it can. */
enum vault_outcome vault_probe(struct vault *vault);

/* Removes files of `tmp/` that are older than VAULT_GRACE_SECONDS (left by a crash); how many. */
int vault_sweep(struct vault *vault);

/* Says in *named whether a row names the content; false when that can't be told now. */
typedef bool vault_is_named(void *of, const char *sha256, bool *named);

struct vault_cleaned {
	int files, temporary;
	int troubles;  /* folders that can't be read, files that can't be removed: passed over */
	int64_t bytes; /* of the files */
};

/*
 * Removes what no row names and nobody has relied on for VAULT_GRACE_SECONDS, safely beside running
 * uploads, and old temporary files.  False when it could not be finished.
 */
bool vault_clean(struct vault *vault, vault_is_named *is_named, void *of,
                 struct vault_cleaned *cleaned);

/* "ab/cd/<sha256>" into `path`, which holds VAULT_PATH bytes; false when it is no SHA-256. */
#define VAULT_PATH (VAULT_HEX + 7)
bool vault_path(const char *sha256, char path[VAULT_PATH]);

#endif
