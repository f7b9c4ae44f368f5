/*
 * Tells systemd the state of a service.  The manual page of sd_notify(3) describes the protocol for
 * programs that need nothing else from libsystemd.
 */
#include "config.h"
#include "base/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof name.sun_path || (*path != '/' && *path != '@'))
		return;
	memcpy(name.sun_path, path, length);
	if (*path == '@')
		name.sun_path[0] = '\0'; /* unix(7): an abstract address */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* If the manager does not listen, nothing can be done. */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name,
	              (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}
