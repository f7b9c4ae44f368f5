/*
 * The document .silo/index.json: read and judged, written together with its copy
 * .silo/index.json.last, and what is left of a damaged one.  doc/working-folder.md states it.
 */
#ifndef SILO_INDEX_H
#define SILO_INDEX_H

#include "folder/paths.h"

/*
 * Reads it into folder->index.  None there: an empty one.  Damaged: folder->damaged says how, and
 * the index holds what can still be read, over the last good one.  A failure when it can't be
 * read at all, or is of a later version.
 */
int index_read(struct folder *folder);

/* Writes it durably, and its copy.  False with errno. */
bool index_write(struct folder *folder);

/* The text as it lies there; NULL: none, or not to be read. */
const char *index_text(const struct folder *folder);

#endif
