/*
 * Fuzzes thumbnails: any file as an archive, and any bytes as a PNG.  What comes out must be a PNG
 * by another, naive look: signature, header, sizes within the limits.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vault/png.h"
#include "vault/thumbnail.h"

static void must_be_png(const unsigned char *png, size_t length)
{
	if (length < 57 || length > THUMBNAIL_BYTES || memcmp(png + 1, "PNG\r\n", 5) != 0 ||
	    memcmp(png + 12, "IHDR", 4) != 0 || png[16] != 0 || png[17] != 0 || png[18] > 16 ||
	    memcmp(png + length - 8, "IEND", 4) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("fuzz", 0);
	size_t length;
	unsigned char *png;

	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	png = thumbnail_read(file, &length);
	if (png != NULL)
		must_be_png(png, length);
	free(png);
	close(file);
	if (png_is_well_formed(data, size))
		must_be_png(data, size);
	return 0;
}
