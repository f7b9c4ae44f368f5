/*
 * An item that has ended for its user (archived, or the role is too low now) while this folder
 * still has its file: what became of it, and the ways out that work.
 */
#ifndef SILO_ORPHAN_H
#define SILO_ORPHAN_H

#include "folder/folder.h"

/*
 * If the failure noted last ends the item of that part number for this user, and the folder has
 * its file, says what became of it and what can be done with the file.  Returns the exit code.
 */
int orphan_explain(struct folder *folder, const char *part_number);

/* Asks the server what became of it ("was archived by bob, 14:05"); "is not on the server" when it
 * does not say.  Notes no failure. */
char *orphan_reason(struct silo *silo, const char *part_number);

/* Asks whether there is no such item any more; false when nobody can tell.  Notes no failure. */
bool orphan_is(struct silo *silo, const char *part_number);

/*
 * Takes the file of an item that is gone out of the folder: into .silo/backup, needing no room.
 * *backup says where it went; NULL when there was none.
 */
int orphan_take_out(struct folder *folder, const struct entry *entry, const char **backup);

#endif
