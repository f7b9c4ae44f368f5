/*
 * Thumbnails by libzip.  libzip reads the whole central directory at opening and allocates per
 * entry, and it tries every end-of-directory record it finds in the last 64 KiB: so that record is
 * read here first, must be the only one, and must announce a modest directory.
 */
#include "config.h"
#include "vault/thumbnail.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include "vault/png.h"

enum {
	END_RECORD = 22,
	COMMENT_MAXIMUM = 65535,
	/* libzip looks a little less far back */
	TAIL = END_RECORD + COMMENT_MAXIMUM + 1024
};

static uint32_t little_endian(const unsigned char *at, int bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

/* Reads `length` bytes at `offset`; false if they are not all there. */
static bool read_at(int descriptor, unsigned char *into, size_t length, off_t offset)
{
	while (length > 0) {
		ssize_t got = pread(descriptor, into, length, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		into += got;
		length -= (size_t)got;
		offset += got;
	}
	return true;
}

/* The only end record of the tail, or NULL.  Zip64 (only needed above 4 GiB) is not taken. */
static const unsigned char *end_record(const unsigned char *tail, size_t length)
{
	const unsigned char *record = memmem(tail, length, "PK\5\6", 4);

	if (!record || memmem(tail, length, "PK\6\7", 4) ||
	    length - (size_t)(record - tail) < END_RECORD)
		return NULL;
	if (memmem(record + 4, length - (size_t)(record - tail) - 4, "PK\5\6", 4))
		return NULL;
	return record;
}

static bool directory_is_modest(int descriptor)
{
	struct stat file;
	unsigned char first[4], *tail;
	const unsigned char *record;
	size_t length;
	bool modest = false;

	if (fstat(descriptor, &file) != 0 || file.st_size < END_RECORD)
		return false;
	/* Most files that are not archives fail here. */
	if (!read_at(descriptor, first, sizeof first, 0) || memcmp(first, "PK\3\4", 4) != 0)
		return false;
	length = file.st_size < TAIL ? (size_t)file.st_size : TAIL;
	tail = malloc(length);
	if (!tail || !read_at(descriptor, tail, length, file.st_size - (off_t)length))
		goto out;
	record = end_record(tail, length);
	modest = record && little_endian(record + 10, 2) <= ARCHIVE_ENTRIES &&
	         little_endian(record + 12, 4) <= ARCHIVE_DIRECTORY;
out:
	free(tail);
	return modest;
}

/* Opens the archive; the descriptor is duplicated so that closing takes only the copy. */
static zip_t *open_archive(int descriptor)
{
	int copy = dup(descriptor);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "rb");
	zip_source_t *source;
	zip_t *archive;

	if (!file) {
		if (copy >= 0)
			close(copy);
		return NULL;
	}
	source = zip_source_filep_create(file, 0, -1, NULL);
	if (!source) {
		fclose(file);
		return NULL;
	}
	archive = zip_open_from_source(source, ZIP_RDONLY, NULL);
	if (!archive)
		zip_source_free(source);
	return archive;
}

/* An entry worth reading.  Don't trust its sizes: read_entry counts for itself. */
static bool entry_is_fit(const zip_stat_t *entry)
{
	const zip_uint64_t needed =
	    ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;

	return (entry->valid & needed) == needed && entry->size > 0 &&
	       entry->size <= THUMBNAIL_BYTES && entry->comp_size <= THUMBNAIL_BYTES + 65536 &&
	       (entry->comp_method == ZIP_CM_STORE || entry->comp_method == ZIP_CM_DEFLATE) &&
	       entry->encryption_method == ZIP_EM_NONE;
}

/* Up to THUMBNAIL_BYTES; NULL if there is more, it can't be read, or its CRC is wrong. */
static unsigned char *read_entry(zip_file_t *entry, size_t *length)
{
	unsigned char *bytes = malloc(THUMBNAIL_BYTES + 1), *fitting;
	zip_int64_t got = 1;

	*length = 0;
	while (bytes && got > 0 && *length <= THUMBNAIL_BYTES) {
		got = zip_fread(entry, bytes + *length, THUMBNAIL_BYTES + 1 - *length);
		if (got > 0)
			*length += (size_t)got;
	}
	if (!bytes || got < 0 || *length == 0 || *length > THUMBNAIL_BYTES) {
		free(bytes);
		return NULL;
	}
	fitting = realloc(bytes, *length);
	return fitting ? fitting : bytes;
}

unsigned char *thumbnail_read(int descriptor, size_t *length)
{
	unsigned char *png = NULL;
	zip_t *archive;
	zip_file_t *entry;
	zip_stat_t about;

	if (!directory_is_modest(descriptor))
		return NULL;
	archive = open_archive(descriptor);
	if (!archive)
		return NULL;
	if (zip_stat(archive, "thumbnails/Thumbnail.png", 0, &about) != 0 || !entry_is_fit(&about))
		goto out;
	entry = zip_fopen_index(archive, about.index, 0);
	if (!entry)
		goto out;
	png = read_entry(entry, length);
	zip_fclose(entry);
	if (png && !png_is_well_formed(png, *length)) {
		free(png);
		png = NULL;
	}
out:
	zip_discard(archive);
	return png;
}
