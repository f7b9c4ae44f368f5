/*
 * What the vault's own files share; for nobody else.
 */
#ifndef SILO_API_VAULT_FOLDER_H
#define SILO_API_VAULT_FOLDER_H

struct vault {
	int folder; /* open; all paths are relative to it */
};

#endif
