/*
 * Ctrl-C and the like, noted for the code that waits.
 */
#include "config.h"

#include "core/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted;

static void note(int signal_number)
{
	noted = signal_number;
}

/* Handles one signal, once: without SA_RESTART, so that reading and waiting return. */
static void catch_one(int signal_number)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND}, before;

	/* If our parent (nohup, for example) ignores it, we do too. */
	if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(signal_number, &action, NULL);
}

void interrupt_catch(void)
{
	catch_one(SIGINT);
	catch_one(SIGTERM);
	catch_one(SIGHUP);
}

bool interrupt_seen(void)
{
	return noted != 0;
}

void interrupt_leave_keyboard(bool leave)
{
	static struct sigaction ours;
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	if (leave)
		sigaction(SIGINT, &ignore, &ours);
	else
		sigaction(SIGINT, &ours, NULL);
}

void interrupt_end(void)
{
	if (noted == 0)
		return;
	signal(noted, SIG_DFL);
	raise(noted);
}
