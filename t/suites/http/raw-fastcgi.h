/*
 * A FastCGI client that can stop in the middle of a request, which nginx (it reads a body whole
 * before a worker sees any of it) never does: for tests of what happens while an upload runs.
 */
#ifndef SILO_T_RAW_FASTCGI_H
#define SILO_T_RAW_FASTCGI_H

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { FCGI_BEGIN = 1, FCGI_PARAMETERS = 4, FCGI_INPUT = 5 };

static int raw_record(int socket_, unsigned char type, const void *content, size_t length)
{
	unsigned char head[8] = {1, type, 0, 1, (unsigned char)(length >> 8), (unsigned char)length,
	                         0, 0};

	if (send(socket_, head, 8, MSG_NOSIGNAL) != 8)
		return -1;
	/* After the last record the peer may have answered and gone before nothing is sent. */
	return length == 0 || send(socket_, content, length, MSG_NOSIGNAL) == (ssize_t)length ? 0
	                                                                                      : -1;
}

/* One parameter, shorter than 128 bytes each way. */
static size_t raw_pair(char *out, const char *name, const char *value)
{
	out[0] = (char)strlen(name);
	out[1] = (char)strlen(value);
	memcpy(out + 2, name, strlen(name));
	memcpy(out + 2 + strlen(name), value, strlen(value));
	return 2 + strlen(name) + strlen(value);
}

/* Connects and sends all but the body of a POST; -1 when that fails. */
static int raw_begin(const char *path, const char *uri, const char *query, const char *token,
                     size_t content_length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 20};
	static const char begin[8] = {0, 1, 0, 0, 0, 0, 0, 0};
	char pairs[1200], text[120];
	size_t at = 0;
	int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(socket_, (struct sockaddr *)&address, sizeof address) != 0)
		return -1;
	at += raw_pair(pairs + at, "REQUEST_METHOD", "POST");
	snprintf(text, sizeof text, "%s?%s", uri, query);
	at += raw_pair(pairs + at, "REQUEST_URI", text);
	at += raw_pair(pairs + at, "DOCUMENT_URI", uri);
	at += raw_pair(pairs + at, "SCRIPT_NAME", "");
	at += raw_pair(pairs + at, "QUERY_STRING", query);
	at += raw_pair(pairs + at, "CONTENT_TYPE", "application/octet-stream");
	snprintf(text, sizeof text, "%zu", content_length);
	at += raw_pair(pairs + at, "CONTENT_LENGTH", text);
	snprintf(text, sizeof text, "Bearer %s", token);
	at += raw_pair(pairs + at, "HTTP_AUTHORIZATION", text);
	if (raw_record(socket_, FCGI_BEGIN, begin, 8) != 0 ||
	    raw_record(socket_, FCGI_PARAMETERS, pairs, at) != 0 ||
	    raw_record(socket_, FCGI_PARAMETERS, "", 0) != 0)
		return -1;
	return socket_;
}

/* The end of the body; then all the worker says, as text.  0 when it said nothing. */
static size_t raw_end(int socket_, char *said, size_t room)
{
	size_t length = 0;
	ssize_t got = 1;

	raw_record(socket_, FCGI_INPUT, "", 0);
	while (got > 0 && length < room - 1) {
		got = recv(socket_, said + length, room - 1 - length, 0);
		length += got > 0 ? (size_t)got : 0;
	}
	close(socket_);
	for (size_t i = 0; i < length; i++) /* records have NULs in them */
		if (said[i] == '\0')
			said[i] = ' ';
	said[length] = '\0';
	return length;
}

#endif
