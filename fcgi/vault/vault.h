/*
 * The vault: contents, each named by the SHA-256 of its bytes and stored once.  Knows no HTTP, no
 * database, no item.  This is the room's only header for others: what a store can do, in words that
 * hold for any store.  Today's store keeps files in one folder (folder.h).
 *
 * A content goes begin → write … → seal → place; only after `place` has returned may a row name it:
 *   begin  a new, empty content that nobody can find
 *   write  appends and hashes; enforces the limit, at the byte that exceeds it
 *   seal   the bytes are complete: the hash is known, the content is durable
 *   place  the content has its name, durably
 * A crash before `place` leaves something that nobody names (vault_sweep removes it a day later); a
 * crash after it leaves a complete content that perhaps no row names (vault_clean).
 *
 * Anyone who relies on a name has placed that content, whether it existed already or not.  No
 * remover takes away a content that has been placed since the remover looked: vault_discard removes
 * only what this writer brought and nobody has relied on since, vault_clean only what nobody has
 * placed for VAULT_GRACE_SECONDS and no row names.
 */
#ifndef SILO_VAULT_H
#define SILO_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_HEX           64    /* characters in a name */
#define VAULT_GRACE_SECONDS 86400 /* younger contents are never cleaned up */

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

/* Opens the vault named in the settings; makes it if it is missing.  NULL with errno. */
struct vault *vault_open(const char *address);

/* Opens a vault that must exist and be readable.  NULL with errno. */
struct vault *vault_attach(const char *address);

void vault_close(struct vault *vault); /* NULL is allowed */

/*
 * False while another process has claimed it: only one at a time reads it from end to end.
 * vault_close ends the claim.  Not every store can tell.
 */
bool vault_claim(struct vault *vault);

/* ---- in ---------------------------------------------------------------------------------------
 */

/* A new, empty content.  NULL with errno; vault_outcome_of turns that into an outcome. */
struct vault_writer *vault_begin(struct vault *vault, int64_t limit);
enum vault_outcome vault_outcome_of(int error);

/* Appends.  After anything but VAULT_OK only vault_abandon is left to do. */
enum vault_outcome vault_write(struct vault_writer *writer, const void *bytes, size_t length);

/* Ends the content.  Fills `blob`; the content is durable but has no name yet. */
enum vault_outcome vault_seal(struct vault_writer *writer, struct vault_blob *blob);

/*
 * Gives the sealed content its name.  An intact content that already has the name is kept; a
 * damaged one is replaced.  Durable on return.
 */
enum vault_outcome vault_place(struct vault_writer *writer);

/*
 * Places the picture inside a sealed CAD file in the same vault: *thumbnail is its writer, NULL if
 * the file has none, and `blob` its name.  Anything but VAULT_OK (with errno): the file has a
 * picture that could not be stored.
 */
enum vault_outcome vault_thumbnail(const struct vault_writer *file, struct vault_writer **thumbnail,
                                   struct vault_blob *blob);

/*
 * After vault_place: what was wrong with a damaged content that this one has replaced; NULL if
 * there was none.  Log it: the disk loses data.
 */
const char *vault_healed(const struct vault_writer *writer);

/*
 * Call it if the row for a placed content was definitely refused.  Removes the content if this
 * writer brought it and nobody has relied on it since.  Never call it after a lost connection: the
 * row may exist.
 */
void vault_discard(struct vault_writer *writer);

/* Frees the writer and removes its content unless it is placed.  NULL is allowed. */
void vault_abandon(struct vault_writer *writer);

/* Tries all steps of storing a content short of naming it: VAULT_OK if the vault can be written. */
enum vault_outcome vault_probe(struct vault *vault);

/* ---- out --------------------------------------------------------------------------------------
 */

/*
 * True, with the size, if the content is there.  `sha256` must be 64 lower-case hex digits, else
 * false.
 */
bool vault_find(struct vault *vault, const char *sha256, int64_t *size);

enum vault_state {
	VAULT_WHOLE,
	VAULT_MISSING,
	VAULT_DAMAGED, /* other bytes, another size, unreadable */
	VAULT_UNTOLD   /* the watch has stopped the read */
};

/* Gets each piece of a long read, in order; returns false to stop it. */
struct vault_watch {
	bool (*read)(void *of, const void *bytes, size_t length);
	void *of;
	bool from_disk; /* read from the disk, not from memory, and not left in memory */
};

/*
 * Reads the whole content: does it match its name?  `size` -1: not known.  `watch` may be NULL.
 * `fault` is what is wrong, static text or strerror's, NULL if nothing is.
 */
enum vault_state vault_judge(struct vault *vault, const char *sha256, int64_t size,
                             const struct vault_watch *watch, const char **fault);

/* Reads a small content into `bytes`; false unless it is there, has that size and is intact. */
bool vault_load(struct vault *vault, const char *sha256, void *bytes, size_t size);

/*
 * "ab/cd/<sha256>" into `path`, which holds VAULT_PATH bytes: the address of a content below the
 * vault's, for the web server that sends it.  False if it is not a SHA-256.
 */
#define VAULT_PATH (VAULT_HEX + 7)
bool vault_path(const char *sha256, char path[VAULT_PATH]);

/* Where an administrator finds the content.  The text lives until the next call. */
const char *vault_where(struct vault *vault, const char *sha256);

/* The name for the rest of `file`, from its position to its end; false with errno. */
bool vault_hash_file(int file, char hex[VAULT_HEX + 1]);

/* ---- all of it --------------------------------------------------------------------------------
 */

enum vault_copied {
	VAULT_COPIED,
	VAULT_KEPT,         /* it was there */
	VAULT_COPY_MISSING, /* the source lacks it */
	VAULT_COPY_DAMAGED, /* the source's content doesn't match its name, or can't be read */
	VAULT_COPY_FAILED   /* the target can't be written; errno */
};

/*
 * Copies a content, completely or not at all, to another vault to which nobody uploads meanwhile.
 * An existing copy is kept if it matches its name; with `trusts` its size is enough.  `from` may be
 * NULL, for a vault that is gone.  `fault` says what is wrong with a damaged source.  Durable after
 * vault_sync, one call for many.
 */
enum vault_copied vault_copy(struct vault *from, struct vault *to, const struct vault_blob *blob,
                             bool trusts, const char **fault);
bool vault_sync(struct vault *vault);

/* What a listing finds. */
struct vault_listing {
	void *of;
	void (*content)(void *of, const char *sha256);
	void (*foreign)(void *of, const char *where); /* no vault has put it there */
	void (*unread)(void *of, const char *where, const char *why);
};

/*
 * Lists the contents whose names begin with `prefix` (two hex digits), in no order; with "", only
 * foreign entries beside the prefixes.
 */
void vault_list(struct vault *vault, const char *prefix, const struct vault_listing *listing);

/* Removes what a crash has left more than VAULT_GRACE_SECONDS ago; returns how many. */
int vault_sweep(struct vault *vault);

/* Sets *named to whether a row names the content; false if that is unknown now. */
typedef bool vault_is_named(void *of, const char *sha256, bool *named);

struct vault_cleaned {
	int files, temporary;
	int troubles;  /* what can't be read or removed: skipped */
	int64_t bytes; /* of the contents */
};

/*
 * Removes contents that no row names and nobody has placed for VAULT_GRACE_SECONDS, safely beside
 * running uploads, and old leftovers.  False if it could not finish.
 */
bool vault_clean(struct vault *vault, vault_is_named *is_named, void *of,
                 struct vault_cleaned *cleaned);

#endif
