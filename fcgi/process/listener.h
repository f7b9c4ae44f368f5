/*
 * The listening socket: our own, or one that spawn-fcgi or systemd has opened.
 */
#ifndef SILO_PROCESS_LISTENER_H
#define SILO_PROCESS_LISTENER_H

/*
 * The descriptor, non-blocking and close-on-exec; -1 after printing to standard error what failed.
 */
int listener_open(const char *address);

/* Removes the file of our own Unix socket. */
void listener_forget(void);

#endif
