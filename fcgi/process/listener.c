/*
 * Listening: descriptor 3 from systemd (LISTEN_FDS), descriptor 0 from spawn-fcgi, a path, or
 * host:port, in that order.
 */
#include "config.h"
#include "process/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static char *own_path;

static int complain(const char *address, const char *why)
{
	fprintf(stderr, "silo-api: cannot listen on \"%s\": %s\n", address, why);
	return -1;
}

static bool is_listening(int fd)
{
	int yes = 0;
	socklen_t length = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &length) == 0 && yes;
}

static int inherited(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	if (pid && count && strtol(pid, NULL, 10) == (long)getpid() &&
	    strtol(count, NULL, 10) >= 1 && is_listening(3)) {
		unsetenv("LISTEN_PID");
		unsetenv("LISTEN_FDS");
		return 3;
	}
	return is_listening(0) ? 0 : -1;
}

/* A crash has left a socket file on which nobody answers. */
static bool clear_stale(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat entry;
	bool answered;

	if (fd < 0)
		return false;
	answered = connect(fd, (const struct sockaddr *)name, sizeof *name) == 0;
	close(fd);
	if (answered) {
		errno = EADDRINUSE;
		return false;
	}
	if (lstat(name->sun_path, &entry) == 0 && S_ISSOCK(entry.st_mode))
		unlink(name->sun_path);
	return true;
}

static int listen_unix(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	mode_t before;
	int fd, bound;

	if (strlen(path) >= sizeof name.sun_path)
		return complain(path, "the path is too long for a socket");
	memcpy(name.sun_path, path, strlen(path));
	if (!clear_stale(&name))
		return complain(path, strerror(errno));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain(path, strerror(errno));
	/* The group may connect: add the web server's account to it. */
	before = umask(0117);
	bound = bind(fd, (struct sockaddr *)&name, sizeof name);
	umask(before);
	if (bound != 0 || listen(fd, BACKLOG) != 0) {
		complain(path, strerror(errno));
		close(fd);
		return -1;
	}
	own_path = strdup(path);
	return fd;
}

static int listen_found(const struct addrinfo *found)
{
	int yes = 1, fd;

	fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

/* "host:port", "[v6]:port" or ":port". */
static int listen_tcp(const char *address)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
	const char *colon = strrchr(address, ':');
	size_t length = (size_t)(colon - address);
	char *host;
	int error, fd = -1;

	if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
		address++;
		length -= 2;
	}
	host = strndup(address, length);
	error = getaddrinfo(host && *host ? host : NULL, colon + 1, &hints, &found);
	free(host);
	if (error)
		return complain(address, gai_strerror(error));
	for (const struct addrinfo *one = found; one && fd < 0; one = one->ai_next)
		fd = listen_found(one);
	freeaddrinfo(found);
	return fd < 0 ? complain(address, strerror(errno)) : fd;
}

int listener_open(const char *address)
{
	int fd = inherited(), flags;

	if (fd < 0 && !*address)
		return complain(address, "descriptor 0 is not a listening socket");
	if (fd < 0)
		fd = *address == '/' || !strchr(address, ':') ? listen_unix(address)
		                                              : listen_tcp(address);
	if (fd < 0)
		return -1;
	/* One connection wakes several workers; the late ones must not block. */
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return complain(address, strerror(errno));
	return fd;
}

void listener_forget(void)
{
	if (own_path)
		unlink(own_path);
	free(own_path);
	own_path = NULL;
}
