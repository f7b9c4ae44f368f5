/*
 * The working folder and its index (.silo/index.json), as doc/working-folder.md states them and
 * the FreeCAD addon shares them.  Knows no HTTP.
 */
#ifndef SILO_FOLDER_H
#define SILO_FOLDER_H

#include "folder/paths.h"

/*
 * Finds the root at or above the current folder and reads the index.  None: made here when
 * `create` (on disk at the first change), else a failure.  Refused when it belongs to another
 * server.  The index may be damaged: commands open by rebuild_open (exchange/rebuild.h).
 */
int folder_open(struct silo *silo, bool create, struct folder *folder);

/* True when the index belongs to that server, however its address is written. */
bool folder_is_of(const struct folder *folder, const char *server);

/* All entries, in the order of their paths; *count says how many. */
struct entry *folder_entries(struct folder *folder, size_t *count);

/* The entry of a part number (without regard to case) or of a path as typed; false: none. */
bool folder_find_part(struct folder *folder, const char *part_number, struct entry *entry);
bool folder_find_path(struct folder *folder, const char *path, struct entry *entry);

/* The part number of the file at that path, without regard to case; NULL: the index has none. */
const char *folder_part_at(const struct folder *folder, const char *path);

/* By path if such a file is known, else by part number. */
bool folder_find(struct folder *folder, const char *word, struct entry *entry);

/* Changes: begin (waits for others, reads again), put or drop, end (writes durably). */
int folder_begin(struct folder *folder);
void folder_put(struct folder *folder, const struct entry *entry);
void folder_drop(struct folder *folder, const char *path);
int folder_end(struct folder *folder);

/* The same without the changes: takes and leaves the folder's lock; the index may be damaged. */
int folder_take(struct folder *folder);
void folder_leave(struct folder *folder);

/* begin, put one, end. */
int folder_record(struct folder *folder, const struct entry *entry);

#endif
