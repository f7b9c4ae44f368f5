/*
 * Tells systemd the state of a service: the protocol of sd_notify(3), one line in a datagram.
 */
#ifndef SILO_BASE_NOTIFY_H
#define SILO_BASE_NOTIFY_H

/*
 * Sends "READY=1", "WATCHDOG=1" or "STOPPING=1"; does nothing without NOTIFY_SOCKET in the
 * environment, or if nobody reads it.
 */
void notify_manager(const char *state);

#endif
