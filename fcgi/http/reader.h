/*
 * Where bytes of a body come from: the FastCGI stream in a worker, memory or a descriptor in a
 * test.  Multipart and vault know nothing else of the outside.
 */
#ifndef SILO_HTTP_READER_H
#define SILO_HTTP_READER_H

#include <stddef.h>
#include <sys/types.h>

struct reader {
	/* Reads up to `most` bytes; returns how many, 0 at the end, -1 if the sender is gone. */
	ssize_t (*read)(void *from, char *into, size_t most);
	void *from;
};

#endif
