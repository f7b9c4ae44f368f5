/*
 * Where bytes of a body come from: the FastCGI stream in a worker, memory or a descriptor in a
 * test.  All that multipart and vault know of the outside.
 */
#ifndef SILO_HTTP_READER_H
#define SILO_HTTP_READER_H

#include <stddef.h>
#include <sys/types.h>

struct reader {
	/* Up to `most` bytes: how many, 0 at the end, -1 when the sender is gone. */
	ssize_t (*read)(void *from, char *into, size_t most);
	void *from;
};

#endif
