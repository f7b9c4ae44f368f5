/*
 * A reader over memory for the unit tests and the fuzzers: gives `step` bytes at a time, so that
 * every border between two reads is met, and fails after `breaks_at` bytes when that is set.
 */
#ifndef SILO_T_MEMORY_READER_H
#define SILO_T_MEMORY_READER_H

#include <string.h>
#include "http/reader.h"

struct memory {
	const char *bytes;
	size_t length, at, step;
	size_t breaks_at; /* 0 = never */
};

static ssize_t memory_read(void *from, char *into, size_t most)
{
	struct memory *memory = from;
	size_t left = memory->length - memory->at;

	if (memory->breaks_at != 0 && memory->at >= memory->breaks_at)
		return -1;
	if (most > left)
		most = left;
	if (most > memory->step)
		most = memory->step;
	if (most > 0)
		memcpy(into, memory->bytes + memory->at, most);
	memory->at += most;
	return (ssize_t)most;
}

#endif
