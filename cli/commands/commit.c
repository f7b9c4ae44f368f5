/*
 * commit: uploads changes with the revision they started from, releasing the lock in the same
 * transaction.
 *
 * Before an upload the index notes its SHA-256 ("committing").  If the end of an upload stays
 * unknown (killed, connection lost), the next commit finds that revision as ours and goes on from
 * it: never two revisions, never a conflict with oneself.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "commands/commands.h"
#include "commands/new_item.h"
#include "core/failpoint.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "exchange/lock_state.h"
#include "exchange/orphan.h"
#include "exchange/pending_upload.h"
#include "exchange/placement.h"
#include "exchange/rebuild.h"
#include "exchange/transfer.h"
#include "folder/file_state.h"
#include "server/catalog.h"
#include "server/words.h"
#include "terminal/output.h"
#include "terminal/prompt.h"

/* One file on its way. */
struct commit {
	struct entry entry;
	char digest[WORKFILE_DIGEST];
	int64_t size;
	const char *outcome; /* of --json */
	const char *lock; /* what became of it, for a person; NULL: it was not ours to begin with */
	bool lost;        /* it had ended before, behind our back */
	bool judged;      /* held is what the server has shown */
	struct lock_state held;
	struct revision made;
};

/* What became of the lock, in words. */
static const char *lock_words(struct silo *silo, const struct commit *commit, bool keep)
{
	const struct lock_state *held = &commit->held;
	const char *end;

	if (commit->entry.checked_out && commit->lost) {
		end = words_lock_end(silo, catalog_lock_end(silo, commit->entry.part_number));
		return arena_print(silo->arena, "its lock had already ended%s%s%s", end ? " (" : "",
		                   end ? end : "", end ? ")" : "");
	}
	if (commit->judged && held->mine && !held->here)
		return arena_print(silo->arena, "you keep the lock, %s", held->elsewhere);
	if (!commit->entry.checked_out)
		return "you held no lock";
	return keep ? "still yours" : "released";
}

/* Records the end: base, content, lock and permission go together. */
static int finish(struct folder *folder, struct commit *commit, bool keep)
{
	struct entry *entry = &commit->entry;

	entry->revision = commit->made.number;
	entry->sha256 = commit->made.sha256;
	entry->committing = NULL;
	commit->lock = lock_words(folder->silo, commit, keep);
	entry->checked_out = keep && entry->checked_out && !commit->lost;
	if (!entry->checked_out &&
	    !workfile_set_writable(folder_disk_path(folder, entry->path), false))
		return silo_fail(folder->silo, SILO_FAILED, "file", "can't make %s read-only: %s",
		                 entry->path, strerror(errno));
	fail_point("read-only");
	return folder_record(folder, entry);
}

/* Nobody answered: another question would be asked in vain, and wait as long. */
static bool no_server(const struct silo *silo)
{
	return silo->failure.code != NULL && strcmp(silo->failure.code, "unreachable") == 0;
}

/*
 * Asks for the lock.  A commit that needs none would hide that it has ended, or release one
 * that another folder works under.  A refusal is left to the upload, which tells better what is
 * wrong; to a server that is not there nothing is sent.
 */
static int see_lock(struct folder *folder, struct commit *commit)
{
	struct silo *silo = folder->silo;

	commit->judged = lock_state_ask(folder, &commit->entry, &commit->held) == SILO_DONE;
	if (no_server(silo))
		return SILO_AWAY;
	silo->failure = (struct failure){0};
	commit->lost = commit->judged && commit->entry.checked_out && !commit->held.mine;
	return SILO_DONE;
}

/* Does the lock end with the commit?  Only one that this folder took. */
static bool releases(const struct commit *commit, bool keep)
{
	return !keep && commit->entry.checked_out && (!commit->judged || commit->held.here);
}

/* Adds the next steps to a refusal, and the words of a stale one. */
static int explain(struct folder *folder, const struct commit *commit, json_object *body)
{
	struct silo *silo = folder->silo;
	const char *part = commit->entry.part_number;
	const char *shown = folder_shown(folder, commit->entry.path);
	const char *word = folder_word(folder, commit->entry.path);
	const char *code = silo->failure.code;
	struct failure was = silo->failure;
	json_object *head = member_object(body, "revision");

	if (was.exit == SILO_STALE && head != NULL) {
		struct revision newest = transfer_read(silo, part, head);

		silo_fail(
		    silo, SILO_STALE, code,
		    "%s has a newer revision: %s committed %lld%s%s; your changes start from %lld",
		    part, newest.by, (long long)newest.number, *newest.comment ? ": " : "",
		    newest.comment, (long long)commit->entry.revision);
		silo->failure.details = was.details;
	}
	if (strcmp(code, "other_lease") == 0) {
		silo_hint(silo, "nothing is lost: %s stays as it is", shown);
	} else if (was.exit == SILO_HELD || was.exit == SILO_STALE) {
		silo_hint(silo, "nothing is lost: %s stays as it is", shown);
		silo_hint(
		    silo,
		    "silo get %s --beside              fetches the newest revision beside yours",
		    part);
		silo_hint(silo, "silo commit %s --as-new-file      makes yours an item of its own",
		          word);
	}
	if (was.exit == SILO_AWAY || strcmp(code, "interrupted") == 0)
		silo_hint(
		    silo,
		    "nothing is lost: silo commit %s continues, and never makes two revisions",
		    word);
	if (strcmp(code, "lock_required") == 0)
		silo_hint(silo, "silo checkout %s takes the lock and keeps your changes", part);
	orphan_explain(folder, part);
	if (strcmp(code, "wrong_checksum") == 0)
		silo_hint(silo, "%s changed during the upload: commit again", shown);
	return was.exit;
}

/* Ends the lock of a file that has no changes. */
static int release_unchanged(struct folder *folder, struct commit *commit, bool keep)
{
	struct silo *silo = folder->silo;
	struct api_answer answer;
	int ended;

	commit->made.number = commit->entry.revision;
	commit->made.sha256 = commit->entry.sha256;
	if (see_lock(folder, commit) != SILO_DONE)
		return explain(folder, commit, NULL);
	if (!commit->lost && releases(commit, keep)) {
		ended =
		    api_call(silo, "DELETE",
		             api_lock_path(silo, commit->entry.part_number, commit->held.lease_id),
		             NULL, &answer);
		if (ended != SILO_DONE && answer.status != 404 && answer.status != 403)
			return orphan_explain(folder, commit->entry.part_number);
		silo->failure = (struct failure){0};
		commit->lost = ended != SILO_DONE;
	}
	return finish(folder, commit, keep);
}

/* Refused for certain: nothing of it is on its way any more.  Keeps the failure. */
static void forget_upload(struct folder *folder, struct commit *commit)
{
	struct failure kept = folder->silo->failure;

	commit->entry.committing = NULL;
	if (folder_record(folder, &commit->entry) == SILO_DONE)
		folder->silo->failure = kept;
}

/* Uploads, noting before that it is on its way. */
static int send_changes(struct folder *folder, struct commit *commit, const char *comment,
                        bool keep)
{
	struct silo *silo = folder->silo;
	struct entry *entry = &commit->entry;
	struct upload upload = {.part_number = entry->part_number,
	                        .disk_path = folder_disk_path(folder, entry->path),
	                        .sha256 = commit->digest,
	                        .size = commit->size,
	                        .base_revision = entry->revision,
	                        .comment = comment};
	struct api_answer answer = {0};
	int ended;

	if (see_lock(folder, commit) != SILO_DONE)
		return explain(folder, commit, NULL);
	if (placement_upload_name(folder, entry, &upload.filename) != SILO_DONE)
		return explain(folder, commit, NULL);
	upload.release = releases(commit, keep);
	upload.lease_id = commit->held.lease_id;
	entry->committing = commit->digest;
	ended = folder_record(folder, entry);
	if (ended != SILO_DONE)
		return ended;
	fail_point("noted");
	ended = transfer_send(silo, &upload, &commit->made, &answer);
	fail_point("uploaded");
	if (ended == SILO_DONE) {
		commit->outcome = "committed";
		return finish(folder, commit, keep);
	}
	ended = explain(folder, commit, answer.body);
	if (ended != SILO_AWAY && answer.status >= 400)
		forget_upload(folder, commit);
	return ended;
}

/* One file from its state on disk to its end. */
static int commit_one(struct folder *folder, struct commit *commit, const char *comment, bool keep)
{
	struct silo *silo = folder->silo;
	struct entry *entry = &commit->entry;
	struct file_state found = file_state_of(folder, entry);
	int ended;

	if (found.why != NULL) {
		silo_fail(silo, SILO_FAILED, "file", "can't read %s: %s",
		          folder_shown(folder, entry->path), found.why);
		if (found.state == FILE_MISSING)
			silo_hint(silo, "silo undo %s   brings it back, and releases the lock",
			          entry->part_number);
		return SILO_FAILED;
	}
	memcpy(commit->digest, found.digest, sizeof commit->digest);
	commit->size = found.size;
	ended = pending_upload_resolve(folder, entry, &commit->made);
	if (ended != SILO_DONE)
		return ended;
	entry->committing = NULL;
	if (strcmp(commit->digest, entry->sha256) != 0)
		return send_changes(folder, commit, comment, keep);
	if (commit->made.number > 0) {
		commit->outcome = "committed"; /* by the try before */
		return finish(folder, commit, keep);
	}
	commit->outcome = "unchanged";
	return release_unchanged(folder, commit, keep);
}

/*
 * True when a file should be committed without being named.  One that can't be judged is meant
 * too: it may hold work, and commit_one says what is wrong with it.
 */
static bool changed_and_mine(struct folder *folder, const struct entry *entry, size_t *others)
{
	enum file_change state = file_state_of(folder, entry).state;
	bool changed = state != FILE_UNCHANGED;

	if (changed && state != FILE_MISSING && !entry->checked_out)
		(*others)++;
	return entry->checked_out && (changed || entry->committing != NULL);
}

/* The files meant: the named ones, or all changed ones that are checked out here. */
static int choose(struct folder *folder, struct commit **commits, size_t *count)
{
	struct silo *silo = folder->silo;
	size_t known, others = 0;
	struct entry *entries = folder_entries(folder, &known);
	size_t most = silo->word_count > 0 ? (size_t)silo->word_count : known;

	*commits = arena_take(silo->arena, (most + 1) * sizeof **commits);
	*count = 0;
	for (int i = 0; i < silo->word_count; i++) {
		if (!folder_find(folder, silo->words[i], &(*commits)[*count].entry)) {
			silo_fail(silo, SILO_FAILED, "unknown_file",
			          "%s is not a file of this folder", silo->words[i]);
			if (access(silo->words[i], F_OK) == 0)
				silo_hint(
				    silo,
				    "silo add %s --part PN   puts a new file under Silo's care",
				    text_word(silo->arena, silo->words[i]));
			return SILO_FAILED;
		}
		(*count)++;
	}
	for (size_t i = 0; silo->word_count == 0 && i < known; i++)
		if (changed_and_mine(folder, &entries[i], &others))
			(*commits)[(*count)++].entry = entries[i];
	if (others > 0)
		output_warn(silo, "%zu changed file%s not checked out here: silo status\n", others,
		            others == 1 ? " is" : "s are");
	return SILO_DONE;
}

/* Tells a person about one file. */
static void tell(struct folder *folder, const struct commit *commit)
{
	struct silo *silo = folder->silo;
	const char *shown = folder_shown(folder, commit->entry.path);
	const char *lock = commit->lock ? arena_print(silo->arena, ", %s", commit->lock) : "";

	if (strcmp(commit->outcome, "unchanged") == 0)
		output_say(silo, "%s (%s) is unchanged%s\n", commit->entry.part_number, shown,
		           lock);
	else
		output_say(silo, "%s revision %lld (%s)%s\n", commit->entry.part_number,
		           (long long)commit->made.number, shown, lock);
}

/* One file as JSON: its end, or its failure. */
static json_object *commit_json(struct silo *silo, const struct commit *commit)
{
	json_object *row =
	    silo->failure.message ? silo_failure_json(silo) : json_object_new_object();

	json_object_object_add(row, "part_number",
	                       json_object_new_string(commit->entry.part_number));
	json_object_object_add(row, "path", json_object_new_string(commit->entry.path));
	json_object_object_add(
	    row, "outcome",
	    json_object_new_string(silo->failure.message ? "failed" : commit->outcome));
	if (silo->failure.message == NULL)
		json_object_object_add(row, "revision", json_object_new_int64(commit->made.number));
	return row;
}

/* What changed: given, or asked for at a terminal. */
static const char *comment_of(struct silo *silo, size_t count)
{
	const char *comment = silo_option(silo, "message");

	if (comment == NULL && count > 0 && !silo->quiet && !silo->json && output_is_terminal())
		comment = prompt_line(silo, "What changed? ");
	return comment;
}

/* All of them; a failure of one is shown and does not stop the others, unless there is no server.
 */
static int commit_all(struct folder *folder, struct commit *commits, size_t count)
{
	struct silo *silo = folder->silo;
	bool keep = silo_option(silo, "keep") != NULL;
	const char *comment = comment_of(silo, count);
	json_object *rows = silo_keep(silo, json_object_new_array());
	int worst = SILO_DONE;
	bool away = false;

	for (size_t i = 0; i < count && !away && !interrupt_seen(); i++) {
		int ended = commit_one(folder, &commits[i], comment, keep);

		json_object_array_add(rows, commit_json(silo, &commits[i]));
		if (ended == SILO_DONE)
			tell(folder, &commits[i]);
		else if (!silo->json)
			output_failure(silo);
		if (worst == SILO_DONE)
			worst = ended;
		away = no_server(silo);
		if (away && i + 1 < count)
			output_warn(silo, "%zu more not tried\n", count - i - 1);
		silo->failure = (struct failure){0};
	}
	if (count == 0)
		output_say(silo, "nothing to commit\n");
	if (silo->json)
		output_json_member("files", rows);
	return worst;
}

int commit_run(struct silo *silo)
{
	struct folder folder;
	struct commit *commits;
	size_t count;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = rebuild_open(silo, false, &folder);
	if (ended == SILO_DONE)
		ended = choose(&folder, &commits, &count);
	if (ended != SILO_DONE)
		return ended;
	if (silo_option(silo, "as-new-file") == NULL)
		return commit_all(&folder, commits, count);
	if (count != 1 || silo->word_count != 1)
		return silo_fail(silo, SILO_USAGE, "usage", "--as-new-file takes one file");
	return newitem_from_entry(&folder, &commits[0].entry);
}
