/*
 * Questions to the person at the terminal.  Never asks when nobody is there.
 */
#ifndef SILO_PROMPT_H
#define SILO_PROMPT_H

#include "core/silo.h"

/* One line typed at the terminal; NULL when there is none, or at its end. */
char *prompt_line(struct silo *silo, const char *question);

/* The same without echo; the terminal's state is restored also when interrupted. */
char *prompt_secret(struct silo *silo, const char *question);

/* "y" or "yes" typed; no terminal: no. */
bool prompt_yes(struct silo *silo, const char *question);

/* True when there is somebody to ask. */
bool prompt_possible(void);

/* One line from standard input, for scripts; NULL at its end. */
char *prompt_stdin_line(struct silo *silo);

#endif
