/*
 * Rebuilds a damaged index, as doc/working-folder.md states it: from what is left of it, the last
 * good one, the files on disk, and the server, whose SHA-256 tells which revision a file is.
 */
#ifndef SILO_REBUILD_H
#define SILO_REBUILD_H

#include "folder/folder.h"

/*
 * Opens the folder as folder_open does, and rebuilds its index if that is damaged: the damaged one
 * then lies in .silo/backup, and what belongs to no revision has been named.  Touches no other
 * file.
 */
int rebuild_open(struct silo *silo, bool create, struct folder *folder);

#endif
