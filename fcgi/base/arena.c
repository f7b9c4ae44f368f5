/*
 * Arena: blocks of memory handed out from the front and emptied together.  One block is kept
 * between requests, so an ordinary request never calls malloc.
 */
#include "config.h"
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_SIZE = 32 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

/* Something to release when the arena is emptied. */
struct tie {
	struct tie *before;
	void (*release)(void *);
	void *thing;
};

struct arena {
	struct block *blocks; /* the one in use first; the kept one last */
	struct tie *ties;
};

/* Without memory nothing sensible is left to do: the master starts a fresh worker. */
_Noreturn static void out_of_memory(void)
{
	static const char words[] = "level=error event=out_of_memory\n";

	if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
		_exit(71);
	_exit(70);
}

static struct block *block_new(size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof *block)
		out_of_memory();
	block = malloc(sizeof *block + size);
	if (!block)
		out_of_memory();
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (arena)
		arena->blocks = block_new(BLOCK_SIZE);
	return arena;
}

void arena_empty(struct arena *arena)
{
	/* Ties live in the blocks, so they run first. */
	while (arena->ties) {
		struct tie *tie = arena->ties;

		arena->ties = tie->before;
		tie->release(tie->thing);
	}
	while (arena->blocks->next) {
		struct block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	arena->blocks->used = 0;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_empty(arena);
	free(arena->blocks);
	free(arena);
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	struct block *block = arena->blocks;
	void *bytes;

	if (size > SIZE_MAX - 2 * unit)
		out_of_memory();
	size = (size + unit - 1) / unit * unit;
	if (size > block->size - block->used) {
		block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
		block->next = arena->blocks;
		arena->blocks = block;
	}
	bytes = block->bytes + block->used;
	block->used += size;
	return memset(bytes, 0, size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_take(arena, length + 1);

	if (length)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list values, again;
	char *text;
	int length;

	va_start(values, format);
	va_copy(again, values);
	length = vsnprintf(NULL, 0, format, values);
	va_end(values);
	if (length < 0)
		out_of_memory();
	text = arena_take(arena, (size_t)length + 1);
	if (vsnprintf(text, (size_t)length + 1, format, again) != length)
		out_of_memory();
	va_end(again);
	return text;
}

void arena_tie(struct arena *arena, void (*release)(void *), void *thing)
{
	struct tie *tie = arena_take(arena, sizeof *tie);

	tie->release = release;
	tie->thing = thing;
	tie->before = arena->ties;
	arena->ties = tie;
}
