/*
 * Uploads whose end was never learnt ("committing" in the index): did they arrive?
 */
#ifndef SILO_PENDING_UPLOAD_H
#define SILO_PENDING_UPLOAD_H

#include "exchange/transfer.h"

/*
 * Asks the server.  Arrived: the entry's base is that revision, *made describes it, and the mark is
 * taken off; made->number is 0 else.  Writes nothing.  A failure is noted only when nobody can
 * tell.
 */
int pending_upload_resolve(struct folder *folder, struct entry *entry, struct revision *made);

#endif
