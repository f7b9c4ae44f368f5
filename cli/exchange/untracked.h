/*
 * Files on disk that the index has no entry for, and the revisions that they are: those that
 * the damaged index, the names of the files and our locks lead to.
 */
#ifndef SILO_UNTRACKED_H
#define SILO_UNTRACKED_H

#include "folder/folder.h"

struct untracked;

/*
 * Looks for them, and puts those that are a revision into folder->index.  NULL after noting a
 * failure; lives in the arena.
 */
struct untracked *untracked_find(struct folder *folder);

/* Names those that belong to no revision that is known, or to several. */
void untracked_report(const struct untracked *untracked);

/* The revisions of a part, newest first; none when it is gone. */
int untracked_revisions(struct silo *silo, const char *part, json_object **rows);

#endif
