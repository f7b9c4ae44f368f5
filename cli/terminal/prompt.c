/*
 * Questions to the person at the terminal, on /dev/tty so that redirected input stays data.
 */
#include "config.h"

#include "terminal/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>
#include "core/interrupt.h"

enum { LINE_MOST = 4096, LOOK_MS = 200 };

bool prompt_possible(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (terminal < 0)
		return false;
	close(terminal);
	return true;
}

/* Reads one line, byte by byte so that what follows stays for others.  NULL at the end. */
static char *read_line(struct arena *arena, int descriptor)
{
	char *line = arena_take(arena, LINE_MOST + 1);
	size_t length = 0;
	char byte;

	for (;;) {
		struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
		ssize_t got;

		/* A signal just before read would not end it: so nothing waits for long. */
		if (interrupt_seen())
			return NULL;
		if (poll(&waiting, 1, LOOK_MS) <= 0)
			continue;
		got = read(descriptor, &byte, 1);

		if (got < 0 && errno == EINTR && !interrupt_seen())
			continue;
		if (got <= 0 && (length == 0 || got < 0))
			return NULL;
		if (got == 0 || byte == '\n')
			break;
		if (byte != '\0' && length < LINE_MOST)
			line[length++] = byte;
	}
	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	return line;
}

char *prompt_stdin_line(struct silo *silo)
{
	return read_line(silo->arena, STDIN_FILENO);
}

/* Asks on the terminal. */
static char *ask(struct silo *silo, const char *question, bool echo)
{
	struct termios shown, hidden;
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char *line;

	if (terminal < 0)
		return NULL;
	if (!echo && tcgetattr(terminal, &shown) == 0) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(terminal, TCSAFLUSH, &hidden);
	}
	dprintf(terminal, "%s", question);
	line = read_line(silo->arena, terminal);
	if (!echo)
		tcsetattr(terminal, TCSAFLUSH, &shown);
	if (!echo || line == NULL)
		dprintf(terminal, "\n");
	close(terminal);
	return line;
}

char *prompt_line(struct silo *silo, const char *question)
{
	return ask(silo, question, true);
}

char *prompt_secret(struct silo *silo, const char *question)
{
	return ask(silo, question, false);
}

bool prompt_yes(struct silo *silo, const char *question)
{
	const char *line = ask(silo, question, true);

	return line != NULL && (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0);
}
