/*
 * A newer program with the same name.  After an upgrade, a reload switches to it: it keeps the
 * process id, the listening socket and the old workers as children, and ends those once new ones
 * run.
 */
#ifndef SILO_PROCESS_SUCCESSOR_H
#define SILO_PROCESS_SUCCESSOR_H

#include <stddef.h>
#include <sys/types.h>

/* Remembers which file this program is; call once at the start. */
void successor_remember(void);

/*
 * Switches to the file that now has this program's name, if it is a different one and accepts the
 * settings; then it doesn't return.  `workers` are handed on.  Returns if there is none, or if it
 * is unusable, which is logged: the caller continues as before.
 */
void successor_become(char **argv, int listener, const pid_t *workers, size_t count);

/*
 * Fills in the workers that a predecessor handed on, at most `most`; returns how many.  The caller
 * ends them.  An id that is not a child of this process is left out.
 */
size_t successor_workers(pid_t *workers, size_t most);

#endif
