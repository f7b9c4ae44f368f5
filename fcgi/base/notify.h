/*
 * What a service tells systemd about itself: sd_notify(3)'s protocol, a line in a datagram.
 */
#ifndef SILO_BASE_NOTIFY_H
#define SILO_BASE_NOTIFY_H

/*
 * Sends "READY=1", "WATCHDOG=1" or "STOPPING=1"; without NOTIFY_SOCKET in the environment nothing
 * happens, nor when nobody reads it.
 */
void notify_manager(const char *state);

#endif
