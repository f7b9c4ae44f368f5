/*
 * Files on disk that no entry of the index tells of, and the revisions that they are: those that
 * the damaged index, the names of the files and our locks lead to.
 */
#ifndef SILO_STRAYS_H
#define SILO_STRAYS_H

#include "folder/folder.h"

struct strays;

/*
 * Looks for them, and puts those that are a revision into folder->index.  NULL after noting a
 * failure; lives in the arena.
 */
struct strays *strays_find(struct folder *folder);

/* Names those that belong to no revision that is known, or to several. */
void strays_tell(const struct strays *strays);

/* The revisions of a part, newest first; none when it is gone. */
int strays_revisions(struct silo *silo, const char *part, json_object **rows);

#endif
