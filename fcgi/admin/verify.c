/*
 * silo-admin verify: reads the vault from end to end, slowly and when nobody else needs the disk,
 * to find damaged files before people do.  It saves its position in the database and continues
 * there; every node's metrics show what it has found.  It needs only the rights of the service.
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/scrub.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	RATE_USUAL = 20, /* MB a second: 70 GB an hour, hardly a load for a disk */
	NOTE_SECONDS = 5,
	IOPRIO_WHO_PROCESS = 1,
	IOPRIO_IDLE = 3 << 13 /* linux/ioprio.h */
};

struct verifying {
	long rate, minutes, every;
	bool anew;
	double began, noted, shown;
	int64_t read; /* bytes since it began */
	bool is_lost; /* the position could not be saved */
};

static volatile sig_atomic_t is_asked_to_stop;

static void ask_to_stop(int signal_number)
{
	(void)signal_number;
	is_asked_to_stop = 1;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Waits until the rate allows the bytes read so far.  A signal ends the wait and the read. */
static bool on_read(void *of, const void *bytes, size_t length)
{
	struct verifying *verifying = of;

	(void)bytes;
	verifying->read += (int64_t)length;
	while (verifying->rate > 0 && !is_asked_to_stop) {
		double due =
		    verifying->began + (double)verifying->read / 1e6 / (double)verifying->rate;
		double wait = due - seconds_now();
		struct timespec time = {.tv_sec = (time_t)wait};

		if (wait <= 0)
			break;
		time.tv_nsec = (long)((wait - (double)time.tv_sec) * 1e9);
		nanosleep(&time, NULL);
	}
	return !is_asked_to_stop;
}

static bool note(struct scrub *scrub, bool is_over)
{
	char numbers[4][24];
	const char *values[] = {scrub->place, numbers[0], numbers[1],
	                        numbers[2],   numbers[3], is_over ? "true" : "false"};
	const int64_t counts[] = {scrub->files, scrub->bytes, scrub->missing, scrub->damaged};
	PGresult *row;

	for (int i = 0; i < 4; i++)
		snprintf(numbers[i], sizeof numbers[i], "%" PRId64, counts[i]);
	row = admin_run(scrub->admin, "select silo.vault_check_note($1, $2, $3, $4, $5, $6)", 6,
	                values);
	PQclear(row);
	return row != NULL;
}

/* Hashes are evenly distributed, so the first digits of the position show the progress. */
static double part_done(const struct scrub *scrub)
{
	char digits[5];

	snprintf(digits, sizeof digits, "%.4s", scrub->place);
	return (double)strtol(digits, NULL, 16) / 65536 * 100;
}

static void show_progress(const struct scrub *scrub)
{
	fprintf(stderr,
	        "\r\033[K%.1f %%, %" PRId64 " files, %.1f MB, %" PRId64 " missing, %" PRId64
	        " damaged",
	        part_done(scrub), scrub->files, (double)scrub->bytes / 1e6, scrub->missing,
	        scrub->damaged);
}

/* Called after each file; false if it is time to stop. */
static bool on_file(struct scrub *scrub)
{
	struct verifying *verifying = scrub->of;
	const double now = seconds_now();

	if (isatty(STDERR_FILENO) && now - verifying->shown > 0.2) {
		show_progress(scrub);
		verifying->shown = now;
	}
	if (now - verifying->noted > (double)NOTE_SECONDS) {
		verifying->is_lost = !note(scrub, false);
		verifying->noted = now;
	}
	return !verifying->is_lost && !is_asked_to_stop &&
	       (verifying->minutes == 0 ||
	        now - verifying->began < (double)verifying->minutes * 60);
}

/* Continues the current run, or begins one. */
static bool take_place(struct scrub *scrub, bool anew)
{
	PGresult *row = admin_run(scrub->admin, "select * from silo.vault_check_begin($1)", 1,
	                          (const char *const[]){anew ? "true" : "false"});

	if (!row)
		return false;
	snprintf(scrub->place, sizeof scrub->place, "%s", PQgetvalue(row, 0, 0));
	scrub->files = strtoll(PQgetvalue(row, 0, 1), NULL, 10);
	scrub->bytes = strtoll(PQgetvalue(row, 0, 2), NULL, 10);
	scrub->missing = strtoll(PQgetvalue(row, 0, 3), NULL, 10);
	scrub->damaged = strtoll(PQgetvalue(row, 0, 4), NULL, 10);
	PQclear(row);
	if (*scrub->place)
		printf("continuing at %.1f %%, with %" PRId64 " missing and %" PRId64
		       " damaged files found so far\n",
		       part_done(scrub), scrub->missing, scrub->damaged);
	return true;
}

/* Is the last run recent enough, and none under way? -1: unknown. */
static int is_early(struct admin *admin, long every)
{
	PGresult *row = admin_run(
	    admin, "select finished_at, age, place from silo.vault_check_show()", 0, NULL);
	int early;

	if (!row)
		return -1;
	early = every > 0 && PQgetisnull(row, 0, 2) && !PQgetisnull(row, 0, 1) &&
	        strtoll(PQgetvalue(row, 0, 1), NULL, 10) < (int64_t)every * 86400;
	if (early)
		printf("the last run ended at %s, less than %ld days ago\n", PQgetvalue(row, 0, 0),
		       every);
	PQclear(row);
	return early;
}

/* Prints and saves the findings; returns the exit status. */
static int end(struct scrub *scrub, const struct verifying *verifying)
{
	const bool is_over = !scrub->is_stopped;

	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (verifying->is_lost || !note(scrub, is_over))
		return 1;
	printf("%" PRId64 " files (%.1f MB) read, %" PRId64 " missing, %" PRId64 " damaged",
	       scrub->files, (double)scrub->bytes / 1e6, scrub->missing, scrub->damaged);
	printf("; this time %" PRId64 " orphaned, %" PRId64 " foreign\n", scrub->orphaned,
	       scrub->foreign);
	if (!is_over)
		printf("stopped at %.1f %%: run it again to continue\n", part_done(scrub));
	return scrub->missing > 0 || scrub->damaged > 0 || is_asked_to_stop ? 1 : 0;
}

/* Lowest priority for disk and processor; the systemd unit says the same. */
static void stand_back(void)
{
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
	setpriority(PRIO_PROCESS, 0, 19);
}

static bool read_number(char **words, const char *name, long usual, long *number)
{
	const char *text = option_take(words, name);
	char *end_of = NULL;

	*number = usual;
	if (!text)
		return true;
	errno = 0;
	*number = strtol(text, &end_of, 10);
	return errno == 0 && end_of != text && !*end_of && *number >= 0 && *number <= 1000000;
}

int verify_command(struct admin *admin, char **words)
{
	struct verifying verifying = {.anew = flag_take(words, "--restart")};
	const struct vault_watch watch = {.read = on_read, .of = &verifying, .from_disk = true};
	struct scrub scrub = {.admin = admin, .watch = &watch, .each = on_file, .of = &verifying};
	const struct sigaction asked = {.sa_handler = ask_to_stop};
	int status = 1, early;

	if (!read_number(words, "--rate", RATE_USUAL, &verifying.rate) ||
	    !read_number(words, "--minutes", 0, &verifying.minutes) ||
	    !read_number(words, "--every", 0, &verifying.every) || words[0])
		return 2;
	scrub.vault = admin_vault(admin);
	if (!scrub.vault)
		return 1;
	if (!vault_claim(scrub.vault)) {
		fprintf(stderr, "silo-admin: another verify is reading %s\n",
		        admin->settings->vault);
		goto out;
	}
	early = verifying.anew ? 0 : is_early(admin, verifying.every);
	if (early != 0) {
		status = early < 0 ? 1 : 0;
		goto out;
	}
	if (!take_place(&scrub, verifying.anew))
		goto out;
	sigaction(SIGINT, &asked, NULL);
	sigaction(SIGTERM, &asked, NULL);
	stand_back();
	verifying.began = verifying.noted = seconds_now();
	if (scrub_run(&scrub))
		status = end(&scrub, &verifying);
out:
	vault_close(scrub.vault);
	return status;
}
