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
#include "commands/checkout.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "core/clock.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "exchange/rebuild.h"
#include "folder/file_state.h"
#include "server/catalog.h"
#include "server/words.h"
#include "terminal/output.h"

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

/* What becomes of a lease while the editor is open. */
struct lease {
	const char *part_number; /* NULL: there is none to renew */
	int64_t due;             /* when to renew it */
	int64_t id;              /* as it was seen last; 0: the server numbers none */
	bool lost;               /* not ours any more */
	bool warned;             /* that it can't be renewed for the time being */
};

/* Is it still ours?  Renewing would take it again from who released it by force. */
static bool still_ours(struct silo *silo, struct lease *lease)
{
	struct api_answer answer;
	const char *path = api_item_path(silo, lease->part_number, "/lock"), *holder, *end;
	json_object *lock;

	/* Not known: the lease may still be good, so the renewal is tried later. */
	if (api_call(silo, "GET", path, NULL, &answer) != SILO_DONE)
		return false;
	lock = member_object(answer.body, "lock");
	holder = member_text(lock, "locked_by");
	if (holder != NULL && strcmp(holder, silo->user) == 0) {
		lease->id = member_number(lock, "lease_id", 0);
		return true;
	}
	lease->lost = true;
	end = words_lock_end(silo, catalog_lock_end(silo, lease->part_number));
	if (holder != NULL)
		output_warn(silo, "%s is no longer yours, %s holds it; what you save stays here\n",
		            lease->part_number, words_lock(silo, lock));
	else
		output_warn(silo, "%s is no longer yours, %s; what you save stays here\n",
		            lease->part_number, end ? end : "its lock was released");
	return false;
}

/* Renews the lease and plans the next time; warns once when it can't be renewed. */
static void renew(struct silo *silo, struct lease *lease)
{
	json_object *body;
	int64_t seconds = option_duration(silo, "for"), next = RENEW_LEAST;
	struct api_answer answer;

	if (still_ours(silo, lease)) {
		body = json_object_new_object();
		if (lease->id > 0)
			json_object_object_add(body, "lease_id", json_object_new_int64(lease->id));
		if (seconds > 0)
			json_object_object_add(body, "expires_in", json_object_new_int64(seconds));
		if (api_call(silo, "POST", api_item_path(silo, lease->part_number, "/lock"), body,
		             &answer) == SILO_DONE)
			next = renew_after(silo, member_text(answer.body, "expires_at"));
	}
	if (silo->failure.message != NULL && !lease->warned)
		output_warn(silo, "can't renew the lease: %s\n", silo->failure.message);
	lease->warned = silo->failure.message != NULL;
	silo->failure = (struct failure){0};
	lease->due = clock_ms() + next * 1000;
}

/* Waits for the editor, renewing meanwhile. */
static int wait_for_editor(struct silo *silo, pid_t child, struct lease *lease)
{
	int status = 0;

	lease->due = clock_ms() + RENEW_LEAST * 1000L;
	/* Ctrl-C belongs to the editor; we stay to tell what to do with the file. */
	interrupt_leave_keyboard(true);
	while (!interrupt_seen() && waitpid(child, &status, WNOHANG) == 0) {
		struct timespec pause = {0, POLL_MS * 1000000L};

		nanosleep(&pause, NULL);
		if (lease->part_number != NULL && !lease->lost && clock_ms() >= lease->due)
			renew(silo, lease);
	}
	interrupt_leave_keyboard(false);
	if (interrupt_seen()) {
		silo_fail(
		    silo, SILO_FAILED, "interrupted",
		    "interrupted; the editor is still open, but its lease is no longer renewed");
		return SILO_FAILED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		silo_fail(silo, SILO_FAILED, "no_editor", "can't start the editor");
		silo_hint(silo, "set SILO_EDITOR to the program that opens your files");
		if (lease->part_number != NULL)
			silo_hint(silo, "silo unlock %s   releases its lock", lease->part_number);
		return SILO_FAILED;
	}
	return SILO_DONE;
}

/* After the editor: changed or not, and what to do.  `files` as check-out reports them. */
static int after(struct folder *folder, const struct entry *entry, const struct lease *lease,
                 json_object *files)
{
	struct silo *silo = folder->silo;
	const char *shown = folder_shown(folder, entry->path);
	struct file_state found = file_state_of(folder, entry);
	bool changed = found.state != FILE_UNCHANGED;

	if (silo->json) {
		json_object *document = json_object_new_object();

		json_object_object_add(document, "files", json_object_get(files));
		json_object_object_add(document, "changed", json_object_new_boolean(changed));
		json_object_object_add(document, "read_only",
		                       json_object_new_boolean(!entry->checked_out));
		output_json(document);
	}
	if (found.why != NULL)
		output_warn(silo, "can't read %s: %s\n", shown, found.why);
	else if ((!entry->checked_out || lease->lost) && changed)
		output_say(silo, "you changed %s without its lock: silo checkout %s --wait\n",
		           shown, entry->part_number);
	else if (changed)
		output_say(silo, "%s has changes: silo commit %s -m …\n", shown,
		           folder_word(folder, entry->path));
	else if (entry->checked_out && !lease->lost)
		output_say(silo, "%s is unchanged: silo unlock %s releases it\n", shown,
		           entry->part_number);
	return SILO_DONE;
}

/* Another holds it: a read-only copy, if that was asked for. */
static int open_read_only(struct folder *folder, const char *part)
{
	struct silo *silo = folder->silo;
	struct placement_options options = {0};
	struct placement place = {0};
	json_object *files = silo_keep(silo, json_object_new_array());
	struct lease none = {0};
	struct entry entry;
	pid_t child;
	int ended;

	output_warn(silo, "%s; opened read-only\n", silo->failure.message);
	silo->failure = (struct failure){0};
	ended = transfer_head(silo, part, &place.revision);
	if (ended == SILO_DONE)
		ended = placement_decide(folder, &options, &place, 0);
	if (ended == SILO_DONE)
		ended = placement_do(folder, &place);
	if (ended != SILO_DONE)
		return ended;
	if (place.action == PLACEMENT_NOTHING)
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
	    files,
	    placement_json(&place, place.action == PLACEMENT_ADOPT ? "unchanged" : "downloaded"));
	child = start_editor(folder_disk_path(folder, place.path));
	if (child < 0)
		return silo_fail(silo, SILO_FAILED, "no_editor", "can't start the editor: %s",
		                 strerror(errno));
	ended = wait_for_editor(silo, child, &none);
	return ended == SILO_DONE ? after(folder, &entry, &none, files) : ended;
}

int edit_run(struct silo *silo)
{
	struct placement_options options = {.keep_changes = true};
	struct lease lease = {0};
	struct folder folder;
	struct entry entry;
	json_object *files;
	pid_t child;
	const char *part = silo->words[0];
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = rebuild_open(silo, true, &folder);
	if (ended != SILO_DONE)
		return ended;
	if (folder_find_path(&folder, part, &entry))
		part = entry.part_number;
	ended = checkout_parts(&folder, silo->words, 1, &options, &files);
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
	lease.part_number = part;
	ended = wait_for_editor(silo, child, &lease);
	return ended == SILO_DONE ? after(&folder, &entry, &lease, files) : ended;
}
