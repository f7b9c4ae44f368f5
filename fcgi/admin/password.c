/*
 * Reads and hashes a password: from a terminal without echo, or from standard input.
 */
#include "config.h"
#include "admin/admin.h"
#include "base/facts.h"
#include "base/password.h"
#include "base/utf8.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line without its line end, owned by the caller; NULL at the end of the input. */
static char *read_line(FILE *in)
{
	char *line = NULL;
	size_t space = 0;
	ssize_t length = getline(&line, &space, in);

	if (length < 0) {
		free(line);
		return NULL;
	}
	if (length > 0 && line[length - 1] == '\n')
		line[length - 1] = '\0';
	return line;
}

static struct termios shown; /* the terminal as it was */

/* If the user gives up at the prompt, the terminal gets its old settings back. */
static void give_back(int number)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &shown);
	raise(number);
}

static char *read_hidden(const char *prompt)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	enum { ENDS = sizeof ends / sizeof *ends };
	struct sigaction action = {.sa_handler = give_back, .sa_flags = (int)SA_RESETHAND};
	struct sigaction before[ENDS];
	struct termios hidden;
	char *line;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return NULL;
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &action, &before[i]);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fprintf(stderr, "%s", prompt);
	line = read_line(stdin);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &before[i], NULL);
	fputc('\n', stderr);
	return line;
}

static void forget(char *secret)
{
	if (secret)
		sodium_memzero(secret, strlen(secret));
	free(secret);
}

_Static_assert(LIMIT_password_least == 8 && LIMIT_password == 1024, "length_fault names them");

/* Counted as the HTTP interface counts, or a password set here might not open there. */
static const char *length_fault(const char *password)
{
	const ptrdiff_t characters = utf8_length(password, strlen(password));

	if (characters < 0)
		return "the password is not valid UTF-8";
	if (characters < LIMIT_password_least)
		return "a password needs at least 8 characters";
	return characters > LIMIT_password ? "a password has at most 1024 characters" : NULL;
}

/* The caller frees it with forget; NULL after saying why. */
static char *password_read(const char *username)
{
	char *password, *again = NULL;
	const char *fault = NULL;

	if (isatty(STDIN_FILENO)) {
		fprintf(stderr, "New password for %s (at least %d characters)\n", username,
		        LIMIT_password_least);
		password = read_hidden("Password: ");
		again = password ? read_hidden("Again: ") : NULL;
		if (!again || strcmp(password, again) != 0)
			fault = "the two passwords differ";
	} else {
		password = read_line(stdin);
	}
	if (!password)
		fault = "no password on standard input";
	else if (!fault)
		fault = length_fault(password);
	forget(again);
	if (!fault)
		return password;
	fprintf(stderr, "silo-admin: %s\n", fault);
	forget(password);
	return NULL;
}

const char *password_ask(struct arena *arena, const char *username)
{
	char *password = password_read(username);
	const char *hash;

	if (!password)
		return NULL;
	hash = password_hash(arena, password);
	forget(password);
	if (!hash)
		fputs("silo-admin: not enough memory to hash the password\n", stderr);
	return hash;
}
