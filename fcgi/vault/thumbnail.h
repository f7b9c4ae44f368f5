/*
 * The picture inside a FreeCAD file: `thumbnails/Thumbnail.png` of the zip archive that a .FCStd
 * is.  A hostile archive costs a bounded amount of memory and reading.  Knows no vault, no HTTP.
 */
#ifndef SILO_VAULT_THUMBNAIL_H
#define SILO_VAULT_THUMBNAIL_H

#include <stddef.h>

enum {
	THUMBNAIL_BYTES = 4 * 1024 * 1024,  /* of the PNG, at most */
	ARCHIVE_ENTRIES = 20000,            /* more is no CAD file; libzip takes ~500 bytes each */
	ARCHIVE_DIRECTORY = 4 * 1024 * 1024 /* bytes of the central directory */
};

/*
 * Reads the thumbnail out of the file open at `descriptor` (which stays open; its position moves).
 * Returns a malloc'ed well-formed PNG and its length, or NULL: no archive, no thumbnail, or not
 * one to be trusted.
 */
unsigned char *thumbnail_read(int descriptor, size_t *length);

#endif
