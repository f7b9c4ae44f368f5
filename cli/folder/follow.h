/*
 * The write permission of a file follows its lock: a file whose lock has ended behind our back
 * (forced, expired) is read-only again unless it was changed, so that nobody works in vain.
 */
#ifndef SILO_FOLLOW_H
#define SILO_FOLLOW_H

#include "folder/folder.h"
#include "folder/standing.h"

/* Makes one file follow what the server says of its item (NULL: unknown).  True: writable now. */
bool follow_one(struct folder *folder, const struct entry *entry, json_object *item,
                enum standing_state state);

/*
 * After a command: all that is checked out in the folder it worked in.  One question, asked once;
 * when there is no answer the next command asks again.  Keeps the command's failure.
 */
void follow_locks(struct silo *silo);

#endif
