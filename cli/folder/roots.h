/*
 * The working folders of this user on this machine, as far as the command line has made check-outs
 * in them: a file "folders" beside the configuration, one path a line.  It only helps to say where
 * a part is checked out; whatever can't be read is passed over.
 */
#ifndef SILO_ROOTS_H
#define SILO_ROOTS_H

#include "folder/folder.h"

/* Remembers this folder. */
void roots_remember(struct folder *folder);

/* Another folder of the same server in which the part is checked out, or NULL. */
const char *roots_other(struct folder *folder, const char *part_number);

#endif
