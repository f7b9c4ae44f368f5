/*
 * Makes a damaged index anew, as doc/working-folder.md states it: from what is left of it, the last
 * good one, the files on disk, and the server, whose SHA-256 tells which revision a file is.
 */
#ifndef SILO_REBUILD_H
#define SILO_REBUILD_H

#include "folder/folder.h"

/*
 * folder->index holds what is left (index.h).  Afterwards it is whole and written; the damaged one
 * lies in .silo/backup, and what belongs to no revision has been named.  Touches no other file.
 */
int rebuild(struct folder *folder);

#endif
