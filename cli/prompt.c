/*
 * Questions to the person at the terminal, on /dev/tty so that redirected input stays data.
 */
#include "config.h"

#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_MOST = 4096 };

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
	interrupted = signal_number;
}

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
		ssize_t got = read(descriptor, &byte, 1);

		if (got < 0 && errno == EINTR && !interrupted)
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
	struct sigaction catch = {.sa_handler = note_interrupt}, before;
	struct termios shown, hidden;
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char *line;

	if (terminal < 0)
		return NULL;
	interrupted = 0;
	sigaction(SIGINT, &catch, &before);
	if (!echo && tcgetattr(terminal, &shown) == 0) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(terminal, TCSAFLUSH, &hidden);
	}
	dprintf(terminal, "%s", question);
	line = read_line(silo->arena, terminal);
	if (!echo) {
		tcsetattr(terminal, TCSAFLUSH, &shown);
		dprintf(terminal, "\n");
	}
	sigaction(SIGINT, &before, NULL);
	close(terminal);
	if (interrupted)
		raise(SIGINT);
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
