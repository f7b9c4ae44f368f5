/*
 * Changes that the user's other working folders have to parts whose locks are about to be released.
 */
#ifndef SILO_CHANGES_ELSEWHERE_H
#define SILO_CHANGES_ELSEWHERE_H

#include "folder/folder.h"

/*
 * Fails if a file that another folder has checked out has changes, or may have: of one of these
 * locks, a list of objects with part_number.  Names folder and file.
 */
int changes_elsewhere_refuse(struct folder *folder, json_object *locks);

#endif
