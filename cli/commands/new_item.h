/*
 * New items out of local files: silo add, and commit --as-new-file.
 */
#ifndef SILO_NEW_ITEM_H
#define SILO_NEW_ITEM_H

#include "folder/folder.h"

/* The local file of `entry` becomes the first revision of a new item, and the file of that. */
int newitem_from_entry(struct folder *folder, const struct entry *entry);

#endif
