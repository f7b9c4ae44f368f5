/*
 * Ctrl-C and the like: noted, so that the code that waits can stop, put the terminal and the folder
 * in order and say how to go on; then the program ends by that very signal.  A second one ends it
 * at once.
 */
#ifndef SILO_INTERRUPT_H
#define SILO_INTERRUPT_H

#include <stdbool.h>

/* Notes SIGINT, SIGTERM and SIGHUP from now on, unless they were ignored. */
void interrupt_catch(void);

/* True once one has come. */
bool interrupt_seen(void);

/* While another program has the terminal, Ctrl-C is its own. */
void interrupt_leave_keyboard(bool leave);

/* Ends the program by the signal that was noted; returns when there was none. */
void interrupt_end(void);

#endif
