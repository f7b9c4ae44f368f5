/*
 * The working folders of this user on this machine, as far as the command line has made check-outs
 * in them: a file "folders" beside the configuration, one path a line.  It only helps to say where
 * a part is checked out; whatever can't be read is passed over.
 */
#ifndef SILO_KNOWN_FOLDERS_H
#define SILO_KNOWN_FOLDERS_H

#include "folder/folder.h"

/* Remembers this folder. */
void known_folders_add(struct folder *folder);

/* Another folder of the same server in which the part is checked out, or NULL. */
const char *known_folders_other(struct folder *folder, const char *part_number);

#endif
