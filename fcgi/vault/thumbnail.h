/*
 * The picture inside a FreeCAD file: a .FCStd is a zip archive with `thumbnails/Thumbnail.png`.  A
 * hostile archive takes only a limited amount of memory and reading.  Knows no vault, no HTTP.
 */
#ifndef SILO_VAULT_THUMBNAIL_H
#define SILO_VAULT_THUMBNAIL_H

#include <stddef.h>

enum {
	THUMBNAIL_BYTES = 4 * 1024 * 1024, /* of the PNG, at most */
	ARCHIVE_ENTRIES = 20000, /* no CAD file has more; libzip takes ~500 bytes for each */
	ARCHIVE_DIRECTORY = 4 * 1024 * 1024 /* bytes of the central directory */
};

/*
 * Reads the thumbnail from the open file `descriptor` (which stays open; its position moves).
 * Returns a malloc'ed well-formed PNG and its length, or NULL: no archive, no thumbnail, or one
 * that can't be trusted.
 */
unsigned char *thumbnail_read(int descriptor, size_t *length);

#endif
