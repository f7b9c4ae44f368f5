/*
 * edit: checks out and opens the editor, renewing the lease while it is open.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "checkout.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "text.h"
#include "wishes.h"
#include "workfile.h"

enum { RENEW_LEAST = 20, RENEW_MOST = 900, POLL_MS = 200 };

/* Starts the editor on the file; -1 when it can't. */
static pid_t start_editor(const char *disk)
{
	const char *editor = getenv("SILO_EDITOR");
	pid_t child;

	if (editor == NULL || *editor == '\0')
		editor = "if command -v freecad >/dev/null 2>&1; then exec freecad \"$1\"; fi; "
		         "exec FreeCAD";
	child = fork();
	if (child == 0) {
		char *command = NULL;

		/* As git does it: the editor may be a command with arguments. */
		if (asprintf(&command, "%s \"$1\"", editor) < 0)
			_exit(127);
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", command, "silo", disk, (char *)NULL);
		_exit(127);
	}
	return child;
}

/* Seconds until the lease is worth renewing: a third of what is left of it. */
static int64_t renew_after(struct silo *silo, const char *expires_at)
{
	int64_t left = (int64_t)(text_time(expires_at) - http_now(silo->http)) / 3;

	if (left < RENEW_LEAST)
		return RENEW_LEAST;
	return left > RENEW_MOST ? RENEW_MOST : left;
}

/* Renews the lease; warns when it is not ours any more.  Returns seconds to the next time. */
static int64_t renew(struct silo *silo, const char *part_number, bool *warned)
{
	json_object *body = json_object_new_object();
	int64_t seconds = wish_duration(silo, "for");
	struct api_answer answer;
	int64_t next = RENEW_LEAST;

	if (seconds > 0)
		json_object_object_add(body, "expires_in", json_object_new_int64(seconds));
	if (api_call(silo, "POST", api_item_path(silo, part_number, "/lock"), body, &answer) ==
	    SILO_DONE) {
		next = renew_after(silo, api_text(answer.body, "expires_at"));
		*warned = false;
	} else if (!*warned) {
		output_warn(silo, "the lease can't be renewed: %s\n", silo->failure.message);
		*warned = true;
	}
	silo->failure = (struct failure){0};
	return next;
}

/* Waits for the editor, renewing meanwhile (part_number NULL: nothing to renew). */
static int wait_for_editor(struct silo *silo, pid_t child, const char *part_number, int64_t first)
{
	time_t due = time(NULL) + (time_t)first;
	bool warned = false;
	int status = 0;

	/* Ctrl-C belongs to the editor; we stay to tell what to do with the file. */
	interrupt_leave_keyboard(true);
	while (!interrupt_seen() && waitpid(child, &status, WNOHANG) == 0) {
		struct timespec pause = {0, POLL_MS * 1000000L};

		nanosleep(&pause, NULL);
		if (part_number != NULL && time(NULL) >= due)
			due = time(NULL) + (time_t)renew(silo, part_number, &warned);
	}
	interrupt_leave_keyboard(false);
	if (interrupt_seen()) {
		silo_fail(
		    silo, SILO_FAILED, "interrupted",
		    "interrupted; the editor is still open, its lease is not renewed any more");
		return SILO_FAILED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		silo_fail(silo, SILO_FAILED, "no_editor", "the editor could not be started");
		silo_hint(silo, "SILO_EDITOR names the program that opens your files");
		return SILO_FAILED;
	}
	return SILO_DONE;
}

/* After the editor: changed or not, and what to do.  `files` as check-out tells of them. */
static int after(struct folder *folder, const struct entry *entry, json_object *files)
{
	struct silo *silo = folder->silo;
	char digest[WORKFILE_DIGEST];
	int64_t size;
	const char *shown = folder_shown(folder, entry->path);
	bool changed = workfile_digest(folder_disk_path(folder, entry->path), digest, &size) &&
	               strcmp(digest, entry->sha256) != 0;

	if (silo->json) {
		json_object *document = json_object_new_object();

		json_object_object_add(document, "files", json_object_get(files));
		json_object_object_add(document, "changed", json_object_new_boolean(changed));
		json_object_object_add(document, "read_only",
		                       json_object_new_boolean(!entry->checked_out));
		output_json(document);
	}
	if (!entry->checked_out && changed)
		output_say(silo, "%s is changed without its lock: silo checkout %s --wait\n", shown,
		           entry->part_number);
	else if (changed)
		output_say(silo, "%s is changed: silo commit %s -m …\n", shown, shown);
	else if (entry->checked_out)
		output_say(silo, "%s is unchanged: silo unlock %s releases it\n", shown,
		           entry->part_number);
	return SILO_DONE;
}

/* Another holds it: a read-only copy, if that was asked for. */
static int open_read_only(struct folder *folder, const char *part)
{
	struct silo *silo = folder->silo;
	struct place_wish wish = {0};
	struct place place = {0};
	json_object *files = silo_keep(silo, json_object_new_array());
	struct entry entry;
	pid_t child;
	int ended;

	output_warn(silo, "%s; opened read-only\n", silo->failure.message);
	silo->failure = (struct failure){0};
	ended = transfer_head(silo, part, &place.revision);
	if (ended == SILO_DONE)
		ended = place_decide(folder, &wish, &place);
	if (ended == SILO_DONE)
		ended = place_do(folder, &place);
	if (ended != SILO_DONE)
		return ended;
	if (place.action == PLACE_NOTHING)
		return silo_fail(silo, SILO_FAILED, "no_file", "%s has no file yet", part);
	entry = (struct entry){.path = place.path,
	                       .part_number = place.revision.part_number,
	                       .item_id = place.known ? place.entry.item_id : NULL,
	                       .revision = place.revision.number,
	                       .sha256 = place.revision.sha256};
	if (!workfile_set_writable(folder_disk_path(folder, place.path), false))
		return silo_fail(silo, SILO_FAILED, "file", "can't make %s read-only: %s",
		                 place.path, strerror(errno));
	ended = folder_record(folder, &entry);
	if (ended != SILO_DONE)
		return ended;
	json_object_array_add(
	    files, place_json(&place, place.action == PLACE_ADOPT ? "unchanged" : "downloaded"));
	child = start_editor(folder_disk_path(folder, place.path));
	if (child < 0)
		return silo_fail(silo, SILO_FAILED, "no_editor", "can't start the editor: %s",
		                 strerror(errno));
	ended = wait_for_editor(silo, child, NULL, 0);
	return ended == SILO_DONE ? after(folder, &entry, files) : ended;
}

int edit_run(struct silo *silo)
{
	struct place_wish wish = {.keep_changes = true};
	struct folder folder;
	struct entry entry;
	json_object *files;
	pid_t child;
	const char *part = silo->words[0];
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = folder_open(silo, true, &folder);
	if (ended != SILO_DONE)
		return ended;
	if (folder_find_path(&folder, part, &entry))
		part = entry.part_number;
	ended = checkout_parts(&folder, silo->words, 1, &wish, &files);
	if (ended == SILO_HELD && silo_option(silo, "read-only") != NULL)
		return open_read_only(&folder, part);
	if (ended != SILO_DONE)
		return ended;
	if (!folder_find_part(&folder, part, &entry))
		return silo_fail(silo, SILO_FAILED, "no_file", "%s has no file yet", part);
	child = start_editor(folder_disk_path(&folder, entry.path));
	if (child < 0)
		return silo_fail(silo, SILO_FAILED, "no_editor", "can't start the editor: %s",
		                 strerror(errno));
	ended = wait_for_editor(silo, child, part, RENEW_LEAST);
	return ended == SILO_DONE ? after(&folder, &entry, files) : ended;
}
