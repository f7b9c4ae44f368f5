/*
 * What the vault's own files share; for nobody else.
 */
#ifndef SILO_VAULT_FOLDER_H
#define SILO_VAULT_FOLDER_H

#include <time.h>

struct vault {
	int folder; /* open; all paths are relative to it */
};

/*
 * Stamps the file that has the name already.  The clock is read in full (the file system's own
 * "now" is some milliseconds coarse) so that two stamps differ.
 */
int vault_stamp(int folder, const char *path, struct timespec *now);

/*
 * Gives a file its name unless the name is taken (EEXIST): replacing one that another upload has
 * brought a moment ago would make it ours to discard.
 */
int vault_name(int folder, const char *from, const char *path);

/*
 * Puts back what a remover took away.  A file that an upload has brought meanwhile stays, and gets
 * the stamp that the one in the trash may have: its uploader must not discard it any more.
 */
int vault_put_back(int folder, const char *trash, const char *path);

#endif
