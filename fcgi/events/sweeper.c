/*
 * Sweeps in a separate thread: the vault may be on a network file system, and the loop must not
 * wait for a disk.
 */
#include "config.h"
#include "events/sweeper.h"
#include "vault/vault.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool sweeping;

static void *sweep(void *folder)
{
	struct vault *vault = vault_open(folder);

	if (vault) {
		vault_sweep(vault);
		vault_close(vault);
	}
	free(folder);
	sweeping = false;
	return NULL;
}

void sweeper_start(const struct settings *settings)
{
	pthread_t thread;
	char *folder;

	if (atomic_exchange(&sweeping, true))
		return;
	folder = strdup(settings->vault);
	if (folder && pthread_create(&thread, NULL, sweep, folder) == 0) {
		pthread_detach(thread);
		return;
	}
	free(folder);
	sweeping = false;
}
