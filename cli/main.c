/*
 * silo: the users' command line.  Reads the words, runs one command of the table, shows its
 * failure and gives its exit code.
 */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "commands/commands.h"
#include "core/account.h"
#include "core/interrupt.h"
#include "exchange/permissions.h"
#include "server/http.h"
#include "terminal/output.h"

/* Shows what was noted, for people or for programs. */
static void show_failure(struct silo *silo)
{
	if (silo->failure.message == NULL)
		return;
	/* What gives one object on each line keeps to it when it fails. */
	if (silo->json && silo->command != NULL && silo->command->run == watch_run)
		output_json_line(silo_keep(silo, silo_failure_json(silo)));
	else if (silo->json)
		output_json(silo_failure_json(silo));
	else
		output_failure(silo);
}

/* Runs one command. */
static int run(struct silo *silo, int count, char **words)
{
	bool help = false;
	int ended = command_parse(silo, count, words, &help);

	/* A program that asked for JSON gets it also when its words were not understood. */
	for (int i = 0; ended != SILO_DONE && i < count; i++)
		silo->json = silo->json || strcmp(words[i], "--json") == 0;
	if (ended != SILO_DONE)
		return ended;
	if (help) {
		help_show(silo, silo->command, silo->word_count > 0 ? silo->words[0] : NULL);
		return SILO_DONE;
	}
	if (silo->command->run == help_run)
		return help_run(silo);
	ended = account_read(silo);
	if (ended != SILO_DONE)
		return ended;
	ended = silo->command->run(silo);
	/* To a server that is not there no other question is sent. */
	if (ended != SILO_AWAY)
		permissions_follow_all(silo);
	return ended;
}

int main(int count, char **words)
{
	struct silo silo = {.arena = arena_new()};
	int ended;

	/* Tables need to know how wide a character is, whatever the user's language. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (silo.arena == NULL || sodium_init() < 0)
		return SILO_FAILED;
	if (count == 2 && strcmp(words[1], "--version") == 0) {
		puts("silo " PACKAGE_VERSION);
		arena_free(silo.arena);
		return SILO_DONE;
	}
	interrupt_catch();
	ended = run(&silo, count - 1, words + 1);
	/* A user who pressed Ctrl-C knows why a question was not answered. */
	if (ended != SILO_DONE &&
	    (!interrupt_seen() ||
	     (silo.failure.code != NULL && strcmp(silo.failure.code, "interrupted") == 0)))
		show_failure(&silo);
	if (!output_arrived() && ended == SILO_DONE)
		ended = SILO_FAILED;
	http_free(silo.http);
	arena_free(silo.arena);
	interrupt_end();
	return ended;
}
