/*
 * Memory with one owner: everything a request needs is taken from its arena and freed at once after
 * the answer is sent.  Knows nothing of HTTP, JSON or the database.
 */
#ifndef SILO_BASE_ARENA_H
#define SILO_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena; NULL if memory is out.  Owned by the caller. */
struct arena *arena_new(void);

/* Gives back all it holds (running the clean-ups, last first) but keeps one block for reuse. */
void arena_empty(struct arena *arena);

/* Empties and frees the arena itself; NULL is allowed. */
void arena_free(struct arena *arena);

/* `size` zeroed bytes, aligned for any type.  Never NULL: running out of memory ends the process.
 */
void *arena_take(struct arena *arena, size_t size);

/* A NUL-terminated copy of `length` bytes. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* printf into the arena; NUL-terminated. */
char *arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls `release(thing)` when the arena is emptied: ties a PGresult, json_object, … to the request.
 */
void arena_tie(struct arena *arena, void (*release)(void *), void *thing);

#endif
