/*
 * The working folders of this user on this machine, as far as the command line has made check-outs
 * in them: a file "folders" beside the configuration, one path a line.  It helps to say where else
 * a part is checked out, and to look there before a lock is given away.  A list that can't be read
 * is passed over.
 */
#ifndef SILO_KNOWN_FOLDERS_H
#define SILO_KNOWN_FOLDERS_H

#include "folder/folder.h"

/* Remembers this folder. */
void known_folders_add(struct folder *folder);

/*
 * The other folders of the same server, each with its index; one that is gone has no entries.
 * `damaged` says, in a sentence, why the index can't be trusted; it is NULL if it can't be read.
 */
struct folder *known_folders_others(struct folder *folder, size_t *count);

/* Another folder of the same server in which the part is checked out, or NULL. */
const char *known_folders_other(struct folder *folder, const char *part_number);

#endif
