/*
 * The progress line on standard error, for people only.  Knows no HTTP.
 */
#include "config.h"

#include "terminal/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/text.h"

enum { BAR = 24, INTERVAL_MS = 100 };

struct progress {
	struct arena *arena; /* of the line that is shown, NULL: none is */
	const char *label;
	const char *note;
	int64_t started, drawn; /* milliseconds of the monotonic clock */
	int64_t done, total;
};

struct progress *progress_new(struct silo *silo, const char *label)
{
	struct progress *progress;

	if (silo->quiet || silo->json || !isatty(STDERR_FILENO))
		return NULL;
	progress = arena_take(silo->arena, sizeof *progress);
	progress->label = text_printable(silo->arena, label);
	progress->started = clock_ms();
	return progress;
}

/* Columns of the terminal on standard error. */
static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return 79;
	return size.ws_col - 1U;
}

/* Draws the line over the one before. */
static void draw(struct progress *progress)
{
	struct arena *arena = progress->arena ? progress->arena : arena_new();
	int64_t ms = clock_ms() - progress->started;
	char bar[BAR + 1];
	char *line;

	if (arena == NULL)
		return;
	progress->arena = arena;
	arena_empty(arena);
	if (progress->total > 0) {
		int64_t done = progress->done < progress->total ? progress->done : progress->total;
		size_t filled = (size_t)(done * BAR / progress->total);

		memset(bar, '.', BAR);
		memset(bar, '#', filled);
		bar[BAR] = '\0';
		line = arena_print(arena, "%s [%s] %3d%% %s %s/s", progress->label, bar,
		                   (int)(done * 100 / progress->total), text_size(arena, done),
		                   text_size(arena, ms > 0 ? done * 1000 / ms : 0));
	} else {
		line = arena_print(arena, "%s", progress->label);
	}
	if (progress->note != NULL)
		line = *line != '\0' ? arena_print(arena, "%s (%s)", line, progress->note)
		                     : arena_print(arena, "%s", progress->note);
	fprintf(stderr, "\r\033[K%s", text_fit(arena, line, columns()));
	fflush(stderr);
	progress->drawn = clock_ms();
}

void progress_update(struct progress *progress, int64_t done, int64_t total)
{
	if (progress == NULL)
		return;
	if (done > progress->done)
		progress->note = NULL;
	progress->done = done;
	progress->total = total;
	if (clock_ms() - progress->drawn >= INTERVAL_MS || (total > 0 && done == total))
		draw(progress);
}

void progress_note(struct progress *progress, const char *note)
{
	if (progress == NULL)
		return;
	progress->note = note;
	draw(progress);
}

void progress_end(struct progress *progress)
{
	if (progress == NULL || progress->arena == NULL)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	arena_free(progress->arena);
	progress->arena = NULL;
}
