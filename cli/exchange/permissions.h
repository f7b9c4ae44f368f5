/*
 * The write permission of a file follows its lock: a file whose lock has ended behind our back
 * (forced, expired) is read-only again unless it was changed, so that nobody works in vain.
 */
#ifndef SILO_PERMISSIONS_H
#define SILO_PERMISSIONS_H

#include "folder/folder.h"
#include "folder/file_state.h"

/* Makes one file follow what the server says of its item (NULL: unknown).  True: writable now. */
bool permissions_follow(struct folder *folder, const struct entry *entry, json_object *item,
                        enum file_change state);

/*
 * After a command: all that is checked out in the folder it worked in.  One question, asked once;
 * when there is no answer the next command asks again.  Keeps the command's failure.
 */
void permissions_follow_all(struct silo *silo);

#endif
