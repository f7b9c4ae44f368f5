/*
 * silo-admin import: takes in an existing collection of files, with several processes at once.  Run
 * again, it continues where it was and skips what is there already.  It names the files it could
 * not take in on standard output, and all files in the report.
 */
#include "config.h"
#include "admin/admin.h"
#include "admin/import/csv.h"
#include "admin/import/file.h"
#include "admin/import/list.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MOST = 32, TICK_NS = 200000000 };

/* What the processes share: the next item to take, and the progress of all. */
struct shared {
	atomic_size_t next;
	atomic_long files, refused;
	atomic_llong bytes;
	atomic_bool is_over; /* stop requested, or the database or the vault is away */
	struct import_result results[];
};

static volatile sig_atomic_t is_asked_to_stop;

static void ask_to_stop(int signal_number)
{
	(void)signal_number;
	is_asked_to_stop = 1;
}

static struct shared *shared_make(size_t count)
{
	size_t size = sizeof(struct shared) + count * sizeof(struct import_result);
	void *made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return made == MAP_FAILED ? NULL : made;
}

/* ---- one process ----------------------------------------------------------------------------- */

/* Where the item after that of `first` begins: one process takes all files of an item. */
static size_t item_end(const struct import_list *list, size_t first)
{
	size_t end = first + 1;

	while (end < list->count &&
	       strcasecmp(list->entries[end].part_number, list->entries[first].part_number) == 0)
		end++;
	return end;
}

/* The next item's first file, or the list's end. */
static size_t item_take(const struct import_list *list, struct shared *shared)
{
	size_t first = atomic_load(&shared->next);

	while (first < list->count &&
	       !atomic_compare_exchange_weak(&shared->next, &first, item_end(list, first)))
		;
	return first;
}

static void take_item_in(const struct import_door *door, const struct import_list *list,
                         size_t first, struct shared *shared)
{
	bool has_gap = false;

	for (size_t i = first, end = item_end(list, first); i < end; i++) {
		struct import_result *result = &shared->results[i];
		const char *fault = list->entries[i].fault;

		if (atomic_load(&shared->is_over))
			return;
		/* A later revision without the earlier one would falsify the history. */
		if (has_gap && !fault)
			fault = "an earlier file of this item was refused";
		if (fault) {
			result->outcome = IMPORT_REFUSED;
			snprintf(result->why, sizeof result->why, "%s", fault);
		} else {
			import_file(door, &list->entries[i], result);
		}
		if (result->outcome == IMPORT_AWAY) {
			atomic_store(&shared->is_over, true);
			return;
		}
		has_gap = has_gap || result->outcome == IMPORT_REFUSED;
		atomic_fetch_add(&shared->refused, result->outcome == IMPORT_REFUSED);
		atomic_fetch_add(&shared->bytes, result->size);
		atomic_fetch_add(&shared->files, 1);
	}
}

/* A child process with its own connection and vault; never returns. */
static void work(const struct settings *settings, const char *importer,
                 const struct import_list *list, struct shared *shared)
{
	struct admin admin = {.settings = settings, .connection = PQconnectdb(settings->database)};
	struct import_door door = {&admin, vault_open(settings->vault), importer};
	size_t first;

	/* Dies with its parent: an aborted run must not continue beside the next one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (PQstatus(admin.connection) != CONNECTION_OK || !door.vault) {
		fprintf(stderr, "silo-admin: %s\n",
		        door.vault ? PQerrorMessage(admin.connection) : strerror(errno));
		atomic_store(&shared->is_over, true);
		_exit(1);
	}
	while (!atomic_load(&shared->is_over) && (first = item_take(list, shared)) < list->count)
		take_item_in(&door, list, first, shared);
	vault_close(door.vault);
	PQfinish(admin.connection);
	_exit(0);
}

/* ---- all together ---------------------------------------------------------------------------- */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* On a terminal one line that is overwritten, else a line every ten seconds. */
static void show_progress(const struct import_list *list, struct shared *shared, double began,
                          double *shown)
{
	const bool is_terminal = isatty(STDERR_FILENO);
	long files = atomic_load(&shared->files);
	double now = seconds_now(), took = now - began;
	double left = files > 0 ? took / (double)files * ((double)list->count - (double)files) : 0;

	if (now - *shown < (is_terminal ? 0.2 : 10))
		return;
	*shown = now;
	fprintf(stderr, "%s%ld of %zu files, %.1f MB, %ld refused, about %.0f s left%s",
	        is_terminal ? "\r\033[K" : "", files, list->count,
	        (double)atomic_load(&shared->bytes) / 1e6, atomic_load(&shared->refused), left,
	        is_terminal ? "" : "\n");
}

/* Starts the processes and waits for them; false if one died or could not be started. */
static bool run_all(struct admin *admin, const char *importer, int jobs,
                    const struct import_list *list, struct shared *shared)
{
	const struct timespec tick = {0, TICK_NS};
	struct sigaction asked = {.sa_handler = ask_to_stop};
	double began = seconds_now(), shown = began;
	int running = 0, status;
	bool done = true;
	pid_t child;

	sigaction(SIGINT, &asked, NULL);
	sigaction(SIGTERM, &asked, NULL);
	fflush(NULL);
	for (int i = 0; i < jobs && done; i++) {
		child = fork();
		if (child == 0)
			work(admin->settings, importer, list, shared);
		done = child > 0;
		running += child > 0;
	}
	while (running > 0) {
		child = waitpid(-1, &status, WNOHANG);
		if (child > 0) {
			running--;
			done = done && WIFEXITED(status) && WEXITSTATUS(status) == 0;
			continue;
		}
		if (is_asked_to_stop || !done)
			atomic_store(&shared->is_over, true);
		show_progress(list, shared, began, &shown);
		nanosleep(&tick, NULL);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	return done;
}

static const char *const outcome_names[] = {
    [IMPORT_UNTRIED] = "not tried",     [IMPORT_NEW] = "new item",
    [IMPORT_REVISION] = "new revision", [IMPORT_THERE] = "there",
    [IMPORT_REFUSED] = "refused",       [IMPORT_AWAY] = "not tried",
};

static bool report_write(const char *path, const struct import_list *list,
                         const struct shared *shared)
{
	static const char *const header[] = {"file", "part_number", "outcome", "revision", "why"};
	FILE *out = fopen(path, "we");
	bool done = out != NULL;

	if (out)
		csv_row(out, header, sizeof header / sizeof *header);
	for (size_t i = 0; out && i < list->count; i++) {
		const struct import_result *result = &shared->results[i];
		char revision[16] = "";

		if (result->revision > 0)
			snprintf(revision, sizeof revision, "%d", result->revision);
		csv_row(out,
		        (const char *const[]){list->entries[i].file, list->entries[i].part_number,
		                              outcome_names[result->outcome], revision,
		                              result->why},
		        sizeof header / sizeof *header);
	}
	if (out)
		done = fclose(out) == 0;
	if (!done)
		fprintf(stderr, "silo-admin: %s: %s\n", path, strerror(errno));
	return done;
}

/* Names the files that were not taken in and counts the rest; returns the exit status. */
static int tell(const struct import_list *list, const struct shared *shared)
{
	long counts[IMPORT_AWAY + 1] = {0};
	long untried;

	for (size_t i = 0; i < list->count; i++) {
		const struct import_result *result = &shared->results[i];

		counts[result->outcome]++;
		if (result->outcome == IMPORT_REFUSED)
			printf("refused  %s: %s\n", list->entries[i].file, result->why);
		else if (result->outcome == IMPORT_AWAY)
			printf("stopped at %s: %s\n", list->entries[i].file, result->why);
	}
	untried = counts[IMPORT_UNTRIED] + counts[IMPORT_AWAY];
	printf("%zu files: %ld new items, %ld new revisions, %ld there already, %ld refused",
	       list->count, counts[IMPORT_NEW], counts[IMPORT_REVISION], counts[IMPORT_THERE],
	       counts[IMPORT_REFUSED]);
	if (list->skipped > 0)
		printf("; %ld hidden, temporary or linked files skipped", list->skipped);
	putchar('\n');
	if (untried > 0)
		printf("%ld files were not reached: run the same command again to continue\n",
		       untried);
	else if (counts[IMPORT_REFUSED] > 0)
		puts("name refused files in a CSV list (silo-admin import DIR --plan FILE.csv "
		     "writes one to start from)");
	return untried > 0 || counts[IMPORT_REFUSED] > 0 ? 1 : 0;
}

/* May this user create items and revisions? */
static bool importer_is_fit(struct admin *admin, const char *importer)
{
	PGresult *row =
	    PQexecParams(admin->connection, "select silo.sign_in('remote', $1, 'editor')", 1, NULL,
	                 &importer, NULL, NULL, 0);
	const char *state = PQresultErrorField(row, PG_DIAG_SQLSTATE);
	bool fit = PQresultStatus(row) == PGRES_TUPLES_OK;

	if (!fit && state && strncmp(state, "SL", 2) == 0)
		fprintf(stderr,
		        "silo-admin: --as %s: name an active editor or admin; the revisions "
		        "will carry that name\n",
		        importer);
	else if (!fit)
		fprintf(stderr, "silo-admin: %s", PQerrorMessage(admin->connection));
	PQclear(row);
	return fit;
}

static int plan(const char *path, const struct import_list *list)
{
	FILE *out = fopen(path, "wxe");
	bool done = out && csv_list_write(list, out);
	size_t unreadable = 0;

	if (out)
		done = fclose(out) == 0 && done;
	if (!done) {
		fprintf(stderr, "silo-admin: %s: %s\n", path, strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->entries[i].fault)
			printf("look at  %s: %s\n", list->entries[i].file, list->entries[i].fault);
	for (size_t i = 0; i < list->count; i++)
		unreadable += list->entries[i].is_unreadable;
	printf("%zu files listed in %s; put the list into the folder they are in, edit it, then "
	       "silo-admin import it\n",
	       list->count - unreadable, path);
	return unreadable > 0 ? 1 : 0;
}

int import_command(struct admin *admin, char **words)
{
	const struct import_defaults defaults = {.item_type = option_take(words, "--type"),
	                                         .project = option_take(words, "--project"),
	                                         .comment = option_take(words, "--comment")};
	const char *importer = option_take(words, "--as"), *report = option_take(words, "--report");
	const char *plan_path = option_take(words, "--plan"), *asked = option_take(words, "--jobs");
	long jobs = asked ? strtol(asked, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN) * 2;
	struct import_list list;
	struct shared *shared = NULL;
	int status = 1;

	if (!words[0] || words[1] || (!importer && !plan_path) || (asked && jobs < 1))
		return 2;
	if (!import_list_read(words[0], &defaults, &list))
		goto out;
	if (plan_path) {
		status = plan(plan_path, &list);
		goto out;
	}
	if (!importer_is_fit(admin, importer))
		goto out;
	shared = shared_make(list.count);
	if (!shared) {
		fprintf(stderr, "silo-admin: %s\n", strerror(errno));
		goto out;
	}
	jobs = jobs < 1 ? 1 : jobs > JOBS_MOST ? JOBS_MOST : jobs;
	status = run_all(admin, importer, (int)jobs, &list, shared) ? 0 : 1;
	if (tell(&list, shared) != 0)
		status = 1;
	if (report && !report_write(report, &list, shared))
		status = 1;
out:
	import_list_free(&list);
	return status;
}
