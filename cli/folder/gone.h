/*
 * An item that has ended for its user (archived, or the role is too low now) while this folder
 * still has its file: what became of it, and the ways out that work.
 */
#ifndef SILO_GONE_H
#define SILO_GONE_H

#include "folder/folder.h"

/* True when the failure noted last says that there is no such item. */
bool gone_noted(const struct silo *silo);

/*
 * If the failure noted last ends the item of that part number for this user, and the folder has
 * its file, says what became of it and what can be done with the file.  Returns the exit code.
 */
int gone_explain(struct folder *folder, const char *part_number);

/* "was archived by bob, 14:05", out of a refusal's details; NULL when they don't say. */
char *gone_words(struct silo *silo, json_object *details);

/* Asks the server the same; "is not on the server" when it does not say.  Notes no failure. */
char *gone_ask(struct silo *silo, const char *part_number);

/* Asks whether there is no such item any more; false when nobody can tell.  Notes no failure. */
bool gone_is(struct silo *silo, const char *part_number);

/*
 * Takes the file of an item that is gone out of the folder: into .silo/backup, needing no room.
 * *backup says where it went; NULL when there was none.
 */
int gone_take_out(struct folder *folder, const struct entry *entry, const char **backup);

#endif
