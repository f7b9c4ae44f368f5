/*
 * Files between server and working folder: what a revision is, its content into a temporary file
 * beside the index, a local file up.  Decides nothing about existing files.
 */
#ifndef SILO_TRANSFER_H
#define SILO_TRANSFER_H

#include "folder/folder.h"
#include "server/api.h"

struct revision {
	const char *part_number;
	int64_t number;       /* 0: the item has none yet */
	const char *filename; /* as the server says: not checked.  NULL: no file */
	const char *sha256;   /* NULL: no file */
	int64_t size;
	const char *by, *comment;
	time_t at;
};

/* The newest revision (number 0: the item exists but has none), or that of a number. */
int transfer_head(struct silo *silo, const char *part_number, struct revision *revision);
int transfer_revision(struct silo *silo, const char *part_number, int64_t number,
                      struct revision *revision);

/* A revision out of the server's JSON. */
struct revision transfer_read(struct silo *silo, const char *part_number, json_object *object);

/* Fetches the content, whole and with the right SHA-256, into a new file; *path names it. */
int transfer_fetch(struct folder *folder, const struct revision *revision, char **path);

/* A file to upload as the next revision. */
struct upload {
	const char *part_number;
	const char *disk_path;
	const char *filename;
	const char *sha256;
	int64_t size;
	int64_t base_revision;
	const char *comment; /* NULL: none */
	bool release;        /* the lock, in the same transaction */
	int64_t lease_id;    /* of the lock that is meant; 0: any */
};

/* Uploads; on success *made is the revision (of 201 or of a repeated 200). */
int transfer_send(struct silo *silo, const struct upload *upload, struct revision *made,
                  struct api_answer *answer);

#endif
