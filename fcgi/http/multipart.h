/*
 * multipart/form-data (RFC 7578) as a stream: one pass, one buffer of 128 KiB however large the
 * file is, every length limited.  Knows nothing of HTTP answers, vault or items: text fields and
 * the bytes of the file go to the caller's sink as they arrive.
 *
 * It is our own code because no Debian library fits: see doc/dependencies.md.
 */
#ifndef SILO_HTTP_MULTIPART_H
#define SILO_HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>
#include "http/reader.h"

enum {
	MULTIPART_BOUNDARY = 70,   /* characters, RFC 2046 */
	MULTIPART_HEADERS = 16384, /* bytes of one part's header block */
	MULTIPART_PARTS = 32,      /* parts in all */
	MULTIPART_FIELD = 65536,   /* bytes of one text field */
	MULTIPART_EPILOGUE = 4096, /* bytes after the last boundary */
	MULTIPART_NAME = 255       /* bytes of a field name */
};

/*
 * Where the parts go.  Each function returns false to stop the reading (MULTIPART_STOPPED).  Texts
 * are NUL-terminated, contain no other NUL, and live only during the call.
 */
struct multipart_sink {
	void *to;
	/*
	 * A complete part without a filename.  `value` is any bytes but NUL; the caller checks
	 * UTF-8.
	 */
	bool (*field)(void *to, const char *name, const char *value, size_t length);
	/* The first part with a filename, whatever its field name; the filename as sent. */
	bool (*file_begin)(void *to, const char *filename, size_t length);
	bool (*file_bytes)(void *to, const char *bytes, size_t length);
};

enum multipart_outcome {
	MULTIPART_DONE,
	MULTIPART_MALFORMED, /* `why` says what is wrong, for a person */
	MULTIPART_BROKEN,    /* the reader failed */
	MULTIPART_STOPPED,   /* the sink asked for it */
	MULTIPART_NO_MEMORY
};

/*
 * The boundary of a Content-Type.  False if it is not multipart/form-data, or, with *why set (else
 * NULL), if its boundary is missing or bad.
 */
bool multipart_boundary(const char *content_type, char boundary[MULTIPART_BOUNDARY + 1],
                        const char **why);

/*
 * Reads to the end of the body.  If the result is not DONE, the file may have begun or even ended.
 */
enum multipart_outcome multipart_read(const struct reader *reader, const char *boundary,
                                      const struct multipart_sink *sink, const char **why);

#endif
