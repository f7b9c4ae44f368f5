/*
 * The vault's folder: opens and claims it, and says where contents lie in it.
 */
#include "config.h"
#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct vault *vault_attach(const char *address)
{
	struct vault *vault = calloc(1, sizeof *vault);
	int error;

	if (!vault)
		return NULL;
	vault->folder = -1;
	if (sodium_init() < 0) {
		errno = ENOSYS;
		goto fail;
	}
	vault->name = strdup(address);
	if (!vault->name)
		goto fail;
	vault->folder = open(address, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (vault->folder < 0 || faccessat(vault->folder, ".", X_OK, AT_EACCESS) != 0)
		goto fail;
	return vault;
fail:
	error = errno;
	vault_close(vault);
	errno = error;
	return NULL;
}

struct vault *vault_open(const char *address)
{
	if (mkdir(address, VAULT_FOLDER_MODE) != 0 && errno != EEXIST && errno != EROFS)
		return NULL;
	return vault_attach(address);
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	if (vault->folder >= 0)
		close(vault->folder);
	free(vault->name);
	free(vault->where);
	free(vault);
}

bool vault_claim(struct vault *vault)
{
	return flock(vault->folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

bool vault_path(const char *sha256, char path[VAULT_PATH])
{
	if (strspn(sha256, "0123456789abcdef") != VAULT_HEX || sha256[VAULT_HEX] != '\0')
		return false;
	snprintf(path, VAULT_PATH, "%.2s/%.2s/%.64s", sha256, sha256 + 2, sha256);
	return true;
}

const char *vault_where(struct vault *vault, const char *sha256)
{
	char path[VAULT_PATH];

	free(vault->where);
	if (!vault_path(sha256, path) || asprintf(&vault->where, "%s/%s", vault->name, path) < 0)
		vault->where = NULL;
	return vault->where ? vault->where : "";
}
