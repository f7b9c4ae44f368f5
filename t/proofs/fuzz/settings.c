/*
 * Fuzzes the configuration file.  It must be taken or refused, never crash, and what is taken must
 * have every text set.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("conf", 0);
	char path[60];
	char name[] = "fuzz", flag[] = "--config", *words[] = {name, flag, path, NULL}, **rest;
	struct settings settings = {0};

	/* What it says about the file is not wanted; libFuzzer writes to the descriptor itself. */
	static FILE *nowhere;

	if (nowhere == NULL)
		nowhere = stderr = fopen("/dev/null", "w");
	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (settings_read(&settings, 3, words, &rest)) {
		if (settings.vault == NULL || settings.database == NULL || settings.listen == NULL)
			abort();
		settings_free(&settings);
	}
	close(file);
	return 0;
}
