/*
 * The vault: contents by the SHA-256 of their bytes, each stored once.  Knows no HTTP, no database,
 * no item.  This is the room's only header for others: what a store can do, in words that hold for
 * any.  The store that there is keeps files in one folder (folder.h).
 *
 * A content goes begin → write … → seal → place; only after `place` has returned may a row name it:
 *   begin  a new, empty content that nobody can find
 *   write  appends and hashes; the limit is enforced here, at the byte that exceeds it
 *   seal   the bytes are complete: hash known, durable
 *   place  it has its name, durably
 * A crash before `place` leaves a rest that nobody names (vault_sweep removes it a day later); a
 * crash after it leaves a whole content that maybe no row names (vault_clean).
 *
 * Whoever relies on a name has placed that content, whether it was there already or not, and no
 * remover takes away what has been placed since it looked: vault_discard only what this writer
 * brought and nobody has relied on since, vault_clean only what nobody has placed for
 * VAULT_GRACE_SECONDS and no row names.
 */
#ifndef SILO_VAULT_H
#define SILO_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_HEX           64    /* characters of a name */
#define VAULT_GRACE_SECONDS 86400 /* what is younger is never cleaned up */

enum vault_outcome {
	VAULT_OK,
	VAULT_TOO_LARGE, /* more bytes than the limit */
	VAULT_FULL,      /* no space, or a quota: nothing stored */
	VAULT_FAILED     /* anything else, by errno: nothing stored */
};

struct vault;
struct vault_writer;

struct vault_blob {
	char sha256[VAULT_HEX + 1]; /* its name: lower-case hex */
	int64_t size;
};

/* Opens the vault of the settings, making it if need be.  NULL with errno. */
struct vault *vault_open(const char *address);

/* Opens one that must be there and be readable.  NULL with errno. */
struct vault *vault_attach(const char *address);

void vault_close(struct vault *vault); /* NULL is allowed */

/*
 * False while another process has claimed it: one reads it from end to end at a time.  Given up
 * with vault_close.  Not every store can say.
 */
bool vault_claim(struct vault *vault);

/* ---- in ---------------------------------------------------------------------------------------
 */

/* A new, empty content.  NULL with errno, of which vault_outcome_of makes an outcome. */
struct vault_writer *vault_begin(struct vault *vault, int64_t limit);
enum vault_outcome vault_outcome_of(int error);

/* Appends.  After anything but VAULT_OK only vault_abandon is left to do. */
enum vault_outcome vault_write(struct vault_writer *writer, const void *bytes, size_t length);

/* No more bytes.  Fills `blob`; the content is durable but has no name yet. */
enum vault_outcome vault_seal(struct vault_writer *writer, struct vault_blob *blob);

/*
 * Gives the sealed content its name, or keeps the one that has it already and is whole; a damaged
 * one is replaced.  Durable on return.
 */
enum vault_outcome vault_place(struct vault_writer *writer);

/*
 * Brings the picture that is inside a sealed CAD file into the same vault, placed: *thumbnail is
 * its writer and `blob` its name; NULL when the file has none.  Anything but VAULT_OK (with errno):
 * it has one, which could not be stored.
 */
enum vault_outcome vault_thumbnail(const struct vault_writer *file, struct vault_writer **thumbnail,
                                   struct vault_blob *blob);

/*
 * After vault_place: what was wrong with the content that had the name and has been replaced by
 * this one; NULL when none was.  Worth a line in the log: a disk does not keep what it is given.
 */
const char *vault_healed(const struct vault_writer *writer);

/*
 * The row that was to name a placed content has been refused for certain: removes it if this
 * writer brought it and nobody has relied on it since.  Never after a lost connection: the row
 * may be there.
 */
void vault_discard(struct vault_writer *writer);

/* Frees the writer and what has no name of it; what is placed stays.  NULL is allowed. */
void vault_abandon(struct vault_writer *writer);

/* Goes the way of a content as far as its name: VAULT_OK when the vault can be written. */
enum vault_outcome vault_probe(struct vault *vault);

/* ---- out --------------------------------------------------------------------------------------
 */

/* True, and the size, when the content is there.  `sha256`: 64 lower-case hex digits, else false.
 */
bool vault_find(struct vault *vault, const char *sha256, int64_t *size);

enum vault_state {
	VAULT_WHOLE,
	VAULT_MISSING,
	VAULT_DAMAGED, /* other bytes, another size, unreadable */
	VAULT_UNTOLD   /* the watch has ended the reading */
};

/* Is given each piece of a long reading, in order; false ends it. */
struct vault_watch {
	bool (*read)(void *of, const void *bytes, size_t length);
	void *of;
	bool from_disk; /* read anew, not from memory, and not left in memory */
};

/*
 * Reads the whole content: is it what its name says?  `size` -1: not known.  `watch` may be NULL.
 * `fault` is what is wrong, static text or strerror's, NULL when nothing is.
 */
enum vault_state vault_judge(struct vault *vault, const char *sha256, int64_t size,
                             const struct vault_watch *watch, const char **fault);

/* Reads a small content into `bytes`; false when it is not there, of that size and whole. */
bool vault_load(struct vault *vault, const char *sha256, void *bytes, size_t size);

/*
 * "ab/cd/<sha256>" into `path`, which holds VAULT_PATH bytes: the address of a content below that
 * of the vault, for the web server that sends it.  False when it is no SHA-256.
 */
#define VAULT_PATH (VAULT_HEX + 7)
bool vault_path(const char *sha256, char path[VAULT_PATH]);

/* Where an administrator finds the content; the text lives until the next call. */
const char *vault_where(struct vault *vault, const char *sha256);

/* The name that all that is left to read in `file` would have; false with errno. */
bool vault_hash_file(int file, char hex[VAULT_HEX + 1]);

/* ---- all of it --------------------------------------------------------------------------------
 */

enum vault_copied {
	VAULT_COPIED,
	VAULT_KEPT,         /* it was there */
	VAULT_COPY_MISSING, /* the source has it not */
	VAULT_COPY_DAMAGED, /* the source's is not what its name says, or can't be read */
	VAULT_COPY_FAILED   /* the target can't be written; errno */
};

/*
 * Copies a content to another vault that nobody uploads to meanwhile, whole or not at all.  What is
 * there already is kept if it is that content; with `trusts` its size is enough.  `from` may be
 * NULL, a vault that is gone.  `fault` says what is wrong with a damaged source.  Durable after
 * vault_sync, one call for many.
 */
enum vault_copied vault_copy(struct vault *from, struct vault *to, const struct vault_blob *blob,
                             bool trusts, const char **fault);
bool vault_sync(struct vault *vault);

/* What a listing comes upon. */
struct vault_listing {
	void *of;
	void (*content)(void *of, const char *sha256);
	void (*foreign)(void *of, const char *where); /* no vault has put it there */
	void (*unread)(void *of, const char *where, const char *why);
};

/*
 * Lists the contents whose names begin with `prefix` (two hex digits), in no order; with "" only
 * what is foreign among the prefixes.
 */
void vault_list(struct vault *vault, const char *prefix, const struct vault_listing *listing);

/* Removes rests that a crash has left more than VAULT_GRACE_SECONDS ago; how many. */
int vault_sweep(struct vault *vault);

/* Says in *named whether a row names the content; false when that can't be told now. */
typedef bool vault_is_named(void *of, const char *sha256, bool *named);

struct vault_cleaned {
	int files, temporary;
	int troubles;  /* what can't be read or removed: passed over */
	int64_t bytes; /* of the contents */
};

/*
 * Removes what no row names and nobody has placed for VAULT_GRACE_SECONDS, safely beside running
 * uploads, and old rests.  False when it could not be finished.
 */
bool vault_clean(struct vault *vault, vault_is_named *is_named, void *of,
                 struct vault_cleaned *cleaned);

#endif
