/*
 * A newer program of the same name: after an upgrade a reload goes on in it, with the same process
 * id, the same listening socket, and the old workers as children that are let go once new ones run.
 */
#ifndef SILO_PROCESS_SUCCESSOR_H
#define SILO_PROCESS_SUCCESSOR_H

#include <stddef.h>
#include <sys/types.h>

/* Remembers which file this program is; call once at the start. */
void successor_remember(void);

/*
 * Goes on in the file that now has this program's name, if it is another one and takes the
 * settings; does not return then.  `workers` are handed on.  Returns when there is none or it is no
 * good, which is logged: the caller goes on as before.
 */
void successor_become(char **argv, int listener, const pid_t *workers, size_t count);

/*
 * The workers that a predecessor handed on, at most `most`; how many.  The caller lets them go.  An
 * id that is not a child of this process is left out.
 */
size_t successor_workers(pid_t *workers, size_t most);

#endif
