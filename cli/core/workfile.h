/*
 * Files on disk: names that may be used, atomic replacement, backups, write permission, SHA-256.
 * Nothing a server names reaches the disk but through here.  Knows no HTTP and no index.
 */
#ifndef SILO_WORKFILE_H
#define SILO_WORKFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

enum { WORKFILE_DIGEST = 65 }; /* 64 hex digits and the NUL */

/* NULL when `name` may be a file's own name here, else why not, in a few words. */
const char *workfile_name_problem(const char *name);

/* The same for a path relative to the root: every part of it must pass. */
const char *workfile_path_problem(const char *path);

/*
 * PREFIX, the name, and INFIX before its ending ("a.FCStd" with infix "@3": "a@3.FCStd"); a name
 * that would get too long is cut before its ending.
 */
char *workfile_name_with(struct arena *arena, const char *prefix, const char *name,
                         const char *infix);

/* The whole file, at most `most` bytes, NUL-terminated; NULL with errno.  absent: no such file. */
char *workfile_read(struct arena *arena, const char *path, size_t most, bool *absent);

/* Writes a new file beside it, fsyncs, renames over it, fsyncs the folder.  False with errno. */
bool workfile_write(struct arena *arena, const char *path, const char *bytes, size_t length,
                    unsigned mode);

/* Makes every folder above path.  False with errno. */
bool workfile_make_folders(struct arena *arena, const char *path, unsigned mode);

/*
 * True unless a part of the absolute path is a symbolic link (errno ELOOP): a file of the folder
 * lies in the folder.  The end of the path need not exist.
 */
bool workfile_is_plain(const char *path);

/* The last errno in words that say what is in the way. */
const char *workfile_reason(void);

/* Did the last errno say that there is no room left on the disk? */
bool workfile_is_full(void);

/*
 * SHA-256 of a file in lower-case hex, and its size.  False with errno, also for what is no plain
 * file.
 */
bool workfile_digest(const char *path, char digest[WORKFILE_DIGEST], int64_t *size);

/* Gives or takes the permission to write.  False with errno. */
bool workfile_set_writable(const char *path, bool writable);

/* True for a plain file that its owner may write to. */
bool workfile_is_writable(const char *path);

/*
 * Keeps what is at path as backup_folder/<time>-<name>; the file stays where it is.
 * Returns the backup's path; NULL with errno.
 */
char *workfile_backup(struct arena *arena, const char *path, const char *backup_folder);

/*
 * Moves what is at path to such a name: needs no room, and an editor that still has the file open
 * writes into what was put away.  NULL with errno.
 */
char *workfile_put_away(struct arena *arena, const char *path, const char *backup_folder);

/* Moves a complete file from `from` to `to` (same file system), durable.  False with errno. */
bool workfile_install(struct arena *arena, const char *from, const char *to);

/*
 * The same, but never over a file that is there already (errno EEXIST): what was checked and
 * found absent may have come meanwhile.
 */
bool workfile_install_new(struct arena *arena, const char *from, const char *to);

#endif
