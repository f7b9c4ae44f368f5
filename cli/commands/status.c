/*
 * status: each file of this folder, as it is here and as the server sees it, and locks of ours
 * without a file here; in two or three requests whatever the number of files.
 */
#include "config.h"

#include <string.h>
#include "commands/commands.h"
#include "commands/options.h"
#include "core/members.h"
#include "core/text.h"
#include "exchange/lock_state.h"
#include "exchange/locks_elsewhere.h"
#include "exchange/orphan.h"
#include "exchange/pending_upload.h"
#include "exchange/permissions.h"
#include "exchange/rebuild.h"
#include "folder/file_state.h"
#include "server/catalog.h"
#include "server/words.h"
#include "terminal/output.h"

enum { ENDS_MOST = 20 };

/* What is known of one file. */
struct finding {
	struct entry entry;
	struct file_state on_disk;
	int64_t head;           /* newest revision, -1: the server has no such part */
	struct lock_state held; /* the lock */
	bool newer;
	bool ending;       /* our lease ends soon */
	bool without_lock; /* modified, and the lock is not ours */
	bool writable;
	bool lost;        /* checked out here, but the lock is not ours any more */
	const char *gone; /* what became of an item that the server has no more, for a person */
	json_object *end; /* how that lock ended; NULL: not known */
	int64_t arrived;  /* the revision that a commit of unknown end has become; 0: none */
};

/* Puts together what disk, index and server say. */
static struct finding find_out(struct folder *folder, const struct entry *entry, json_object *item)
{
	struct silo *silo = folder->silo;
	struct finding found = {.entry = *entry, .on_disk = file_state_of(folder, entry)};
	bool changed = found.on_disk.state == FILE_MODIFIED;

	found.head = item ? member_number(item, "current_revision", 0) : -1;
	found.held = lock_state_of(folder, entry, member_object(item, "lock"));
	found.newer = found.head > entry->revision;
	found.ending = found.held.mine && text_time(member_text(found.held.lock, "expires_at")) -
	                                          http_now(silo->http) <
	                                      LEASE_ENDING_SOON;
	found.without_lock = changed && !found.held.mine;
	found.lost = entry->checked_out && !found.held.mine;
	/* Set the write permission right: an editor should complain before work is lost. */
	found.writable = permissions_follow(folder, entry, item, found.on_disk.state);
	return found;
}

/* A commit whose end was never learnt: has it arrived, its revision is what the file starts from.
 */
static int settle_one(struct folder *folder, struct finding *found, json_object *item)
{
	struct entry entry = found->entry;
	struct revision made;
	int ended = pending_upload_resolve(folder, &entry, &made);

	if (ended != SILO_DONE || made.number == 0)
		return ended;
	entry.checked_out = entry.checked_out && found->held.mine;
	ended = folder_record(folder, &entry);
	if (ended != SILO_DONE)
		return ended;
	*found = find_out(folder, &entry, item);
	found->arrived = made.number;
	return SILO_DONE;
}

/* One file as JSON. */
static json_object *finding_json(const struct finding *found)
{
	json_object *row = json_object_new_object();

	json_object_object_add(row, "path", json_object_new_string(found->entry.path));
	json_object_object_add(row, "part_number",
	                       json_object_new_string(found->entry.part_number));
	json_object_object_add(row, "state",
	                       json_object_new_string(file_change_word(found->on_disk.state)));
	json_object_object_add(row, "revision", json_object_new_int64(found->entry.revision));
	json_object_object_add(row, "head_revision",
	                       found->head < 0 ? NULL : json_object_new_int64(found->head));
	json_object_object_add(row, "checked_out",
	                       json_object_new_boolean(found->entry.checked_out));
	json_object_object_add(row, "mine", json_object_new_boolean(found->held.mine));
	json_object_object_add(row, "newer", json_object_new_boolean(found->newer));
	json_object_object_add(row, "lease_ending", json_object_new_boolean(found->ending));
	json_object_object_add(row, "modified_without_lock",
	                       json_object_new_boolean(found->without_lock));
	json_object_object_add(row, "lock_lost", json_object_new_boolean(found->lost));
	json_object_object_add(row, "commit_unfinished",
	                       json_object_new_boolean(found->entry.committing != NULL));
	json_object_object_add(row, "writable", json_object_new_boolean(found->writable));
	json_object_object_add(row, "lock_end", json_object_get(found->end));
	json_object_object_add(row, "elsewhere",
	                       found->held.elsewhere ? json_object_new_string(found->held.elsewhere)
	                                             : NULL);
	json_object_object_add(row, "lock", json_object_get(found->held.lock));
	return row;
}

/* The cell that says who holds it. */
static void lock_cell(struct silo *silo, struct table *table, const struct finding *found)
{
	const char *holder = member_text(found->held.lock, "locked_by");
	time_t now = http_now(silo->http);
	time_t since = text_time(member_text(found->held.lock, "locked_at"));
	time_t until = text_time(member_text(found->held.lock, "expires_at"));

	if (holder == NULL)
		table_cell(table, COLOUR_NONE, found->head < 0 ? "not on the server" : "");
	else if (found->held.mine)
		table_cell(table, found->ending ? COLOUR_RED : COLOUR_GREEN,
		           arena_print(silo->arena, "mine%s, ends in %s",
		                       found->held.here ? "" : " elsewhere",
		                       text_span(silo->arena, until - now)));
	else
		table_cell(table, COLOUR_YELLOW,
		           arena_print(silo->arena, "%s since %s", holder,
		                       text_when(silo->arena, since, now)));
}

/* One file in the table. */
static void table_row(struct folder *folder, struct table *table, const struct finding *found)
{
	struct silo *silo = folder->silo;
	bool changed = found->on_disk.state != FILE_UNCHANGED;

	table_cell(table, COLOUR_NONE, folder_shown(folder, found->entry.path));
	table_cell(table, COLOUR_NONE, found->entry.part_number);
	table_cell(table, found->newer ? COLOUR_RED : COLOUR_NONE,
	           found->newer
	               ? arena_print(silo->arena, "%lld, newest %lld",
	                             (long long)found->entry.revision, (long long)found->head)
	               : arena_print(silo->arena, "%lld", (long long)found->entry.revision));
	table_cell(table, changed ? COLOUR_BLUE : COLOUR_NONE,
	           file_change_word(found->on_disk.state));
	lock_cell(silo, table, found);
}

/* Changed, but not from the newest revision: a check-out refuses it and names these two steps. */
static void warn_stale(struct folder *folder, const struct finding *found)
{
	struct silo *silo = folder->silo;
	const char *part = found->entry.part_number;
	bool unheld = found->without_lock && found->held.lock == NULL;
	const char *force = arena_print(
	    silo->arena, ", or silo checkout %s --force, which keeps yours in .silo/backup", part);

	output_warn(silo, "%s %s from revision %lld, the newest is %lld: silo get %s --beside%s\n",
	            folder_shown(folder, found->entry.path),
	            unheld ? "has changes without a lock and starts" : "starts",
	            (long long)found->entry.revision, (long long)found->head, part,
	            unheld ? force : "");
}

/* The server has no such item any more: what became of it, and the ways out. */
static void warn_gone(struct folder *folder, const struct finding *found)
{
	struct silo *silo = folder->silo;
	const char *word = folder_word(folder, found->entry.path);

	if (found->on_disk.state == FILE_MODIFIED)
		output_warn(silo,
		            "%s %s: silo commit %s --as-new-file makes your changes an item of "
		            "their own, silo undo %s moves the file into .silo/backup\n",
		            found->entry.part_number, found->gone, word, word);
	else
		output_warn(silo, "%s %s: silo undo %s moves its file into .silo/backup\n",
		            found->entry.part_number, found->gone, word);
}

/* What needs attention, each with its next step. */
static void warn(struct folder *folder, const struct finding *found)
{
	struct silo *silo = folder->silo;
	const char *shown = folder_shown(folder, found->entry.path);
	const char *part = found->entry.part_number;
	const char *holder = member_text(found->held.lock, "locked_by");
	bool missing = found->on_disk.state == FILE_MISSING;
	bool stale = found->newer && found->on_disk.state != FILE_UNCHANGED && !missing;

	if (found->head < 0) {
		warn_gone(folder, found);
		return;
	}
	if (found->arrived > 0)
		output_say(silo, "%s: the interrupted commit did arrive, as revision %lld\n", shown,
		           (long long)found->arrived);
	else if (found->entry.committing != NULL)
		output_warn(silo,
		            "%s: its commit was interrupted before it arrived: silo commit %s\n",
		            shown, folder_word(folder, found->entry.path));
	if (found->on_disk.state == FILE_UNREADABLE)
		output_warn(silo, "can't read %s: %s\n", shown, found->on_disk.why);
	else if (missing)
		output_warn(silo, "%s is missing: silo %s %s brings it back\n", shown,
		            found->held.mine && found->entry.checked_out ? "checkout" : "get",
		            part);
	if (found->end != NULL && words_lock_end(silo, found->end) != NULL)
		output_warn(silo, "%s: %s\n", shown, words_lock_end(silo, found->end));
	if (found->held.shared)
		output_warn(silo,
		            "you hold the lock of %s, %s: a commit here keeps it, until you have "
		            "run silo commit %s or silo undo %s there\n",
		            part, found->held.elsewhere, part, part);
	else if (found->held.mine && !found->held.here)
		output_warn(silo,
		            "you hold the lock of %s, %s: a commit here keeps it; silo checkout %s "
		            "takes it here\n",
		            part, found->held.elsewhere, part);
	if (found->without_lock && holder != NULL)
		output_warn(silo, "you changed %s, but %s holds its lock: silo request %s -m …\n",
		            shown, holder, part);
	else if (found->without_lock && !stale)
		output_warn(silo,
		            "you changed %s without a lock: silo checkout %s keeps the changes\n",
		            shown, part);
	else if (found->lost && !found->without_lock && holder != NULL)
		output_warn(silo,
		            "%s was checked out, but %s holds its lock: silo request %s -m …\n",
		            shown, holder, part);
	else if (found->lost && !found->without_lock)
		output_warn(silo, "%s was checked out, but its lock has ended: silo checkout %s\n",
		            shown, part);
	if (stale)
		warn_stale(folder, found);
	else if (found->newer)
		output_warn(silo, "%s: revision %lld is newer: silo get %s\n", shown,
		            (long long)found->head, part);
	if (found->ending)
		output_warn(silo, "the lease on %s ends soon: silo renew %s\n", part, part);
}

/* Table, then what needs attention. */
static void show(struct folder *folder, const struct finding *found, size_t count,
                 json_object *locks)
{
	static const char *const titles[] = {"FILE", "PART", "REVISION", "STATE", "LOCK", NULL};
	struct table *table = table_new(folder->silo->arena, titles);

	for (size_t i = 0; i < count; i++)
		table_row(folder, table, &found[i]);
	table_show(table, 0);
	for (size_t i = 0; i < count; i++)
		warn(folder, &found[i]);
	if (count == 0)
		output_say(folder->silo, "no files here yet: silo checkout PN\n");
	locks_elsewhere_show(folder, locks);
}

/* The whole as JSON. */
static void show_json(struct folder *folder, const struct finding *found, size_t count,
                      json_object *locks)
{
	json_object *shown = json_object_new_object(), *rows = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(rows, finding_json(&found[i]));
	json_object_object_add(shown, "root", json_object_new_string(folder->root));
	json_object_object_add(shown, "server", json_object_new_string(folder->silo->url));
	json_object_object_add(shown, "files", rows);
	json_object_object_add(shown, "locks_without_file", json_object_get(locks));
	output_json(shown);
}

/* The files asked about: all, or those named. */
static int choose(struct folder *folder, struct entry **entries, size_t *count)
{
	struct silo *silo = folder->silo;

	if (silo->word_count == 0) {
		*entries = folder_entries(folder, count);
		return SILO_DONE;
	}
	*entries = arena_take(silo->arena, (size_t)silo->word_count * sizeof **entries);
	*count = (size_t)silo->word_count;
	for (int i = 0; i < silo->word_count; i++)
		if (!folder_find(folder, silo->words[i], &(*entries)[i]))
			return silo_fail(silo, SILO_FAILED, "unknown_file",
			                 "%s is not a file of this folder", silo->words[i]);
	return SILO_DONE;
}

/* Here is no working folder: locks of ours may still be what is looked for. */
static int no_folder(struct folder *folder)
{
	struct silo *silo = folder->silo;
	struct failure kept;
	json_object *locks;

	if (silo->failure.code == NULL || strcmp(silo->failure.code, "no_folder") != 0)
		return silo->failure.exit;
	kept = silo->failure;
	silo->failure = (struct failure){0};
	if (rebuild_open(silo, true, folder) != SILO_DONE || api_user(silo) == NULL ||
	    locks_elsewhere_find(folder, &locks) != SILO_DONE)
		return silo->failure.exit;
	silo->failure = kept;
	for (size_t i = 0; i < json_object_array_length(locks); i++)
		silo_hint(silo, "%s",
		          locks_elsewhere_words(folder, json_object_array_get_idx(locks, i)));
	return silo->failure.exit;
}

/* Finds out about all of them; what became of lost locks and gone items is asked for some only. */
static int find_all(struct folder *folder, struct entry *entries, size_t count,
                    struct finding *found)
{
	struct silo *silo = folder->silo;
	const char **parts = arena_take(silo->arena, (count + 1) * sizeof *parts);
	json_object *items;
	int ended, asked = 0;

	for (size_t i = 0; i < count; i++)
		parts[i] = entries[i].part_number;
	ended = catalog_items(silo, parts, count, &items);
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		json_object *item = catalog_find(items, entries[i].part_number);

		found[i] = find_out(folder, &entries[i], item);
		ended = settle_one(folder, &found[i], item);
		if (found[i].lost && item != NULL && asked++ < ENDS_MOST)
			found[i].end = catalog_lock_end(silo, entries[i].part_number);
		if (item == NULL && !silo->json)
			found[i].gone = asked++ < ENDS_MOST
			                    ? orphan_reason(silo, entries[i].part_number)
			                    : "is not on the server";
	}
	return ended;
}

int status_run(struct silo *silo)
{
	struct folder folder;
	struct entry *entries;
	struct finding *found;
	json_object *locks = silo_keep(silo, json_object_new_array());
	size_t count;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (rebuild_open(silo, false, &folder) != SILO_DONE)
		return no_folder(&folder);
	ended = choose(&folder, &entries, &count);
	if (ended == SILO_DONE && api_user(silo) == NULL)
		ended = silo->failure.exit;
	if (ended != SILO_DONE)
		return ended;
	found = arena_take(silo->arena, (count + 1) * sizeof *found);
	ended = find_all(&folder, entries, count, found);
	if (ended == SILO_DONE && silo->word_count == 0)
		ended = locks_elsewhere_find(&folder, &locks);
	if (ended != SILO_DONE)
		return ended;
	silo->in_folder = silo->word_count > 0; /* the files not asked about follow later */
	if (silo->json)
		show_json(&folder, found, count, locks);
	else
		show(&folder, found, count, locks);
	return SILO_DONE;
}
