/*
 * lock, renew, request: taking and asking for locks, without files.
 */
#include "config.h"

#include <string.h>
#include "base/facts.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "core/members.h"
#include "core/text.h"
#include "exchange/orphan.h"
#include "exchange/rebuild.h"
#include "folder/folder.h"
#include "server/api.h"
#include "server/catalog.h"
#include "server/refusal.h"
#include "server/words.h"
#include "terminal/output.h"

/* Shows taken or renewed locks, in the order in which they were asked for. */
static void show_locks(struct silo *silo, json_object *body, const char *const *part_numbers,
                       size_t count)
{
	json_object *locks = catalog_order(body, "locks", part_numbers, count);

	if (silo->json)
		output_json(json_object_get(body));
	for (size_t i = 0; locks != NULL && i < json_object_array_length(locks); i++) {
		json_object *lock = json_object_array_get_idx(locks, i);
		const char *part = member_text(lock, "part_number");
		time_t until = text_time(member_text(lock, "expires_at"));

		output_say(silo, "%s is yours until %s\n", part ? part : "?",
		           text_when(silo->arena, until, http_now(silo->http)));
	}
}

int lock_run(struct silo *silo)
{
	json_object *body;
	struct api_answer answer;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	body = option_lock_body(silo, members_array(silo->words, silo->word_count));
	if (body == NULL)
		return silo->failure.exit;
	ended = api_call_repeatable(silo, "POST", "/api/locks", body, &answer);
	if (ended != SILO_DONE)
		return option_explain_lease(silo);
	show_locks(silo, answer.body, (const char *const *)silo->words, (size_t)silo->word_count);
	return SILO_DONE;
}

/* What is renewed: parts, and the leases that they had when it was judged (NULL: unnumbered). */
struct renewal {
	const char **names;
	size_t count;
	json_object *leases;
};

/* Renews [at, at + count), so many as one request takes; adds their locks to `locks`. */
static int renew_slice(struct silo *silo, const struct renewal *renewal, size_t at, size_t count,
                       json_object *locks)
{
	json_object *body = json_object_new_object(), *renewed, *leases;
	int64_t seconds = option_duration(silo, "for");
	struct api_answer answer;
	int ended;

	json_object_object_add(body, "part_numbers",
	                       members_array((char **)renewal->names + at, (int)count));
	if (renewal->leases != NULL) {
		leases = json_object_new_array();
		for (size_t i = at; i < at + count; i++)
			json_object_array_add(
			    leases, json_object_get(json_object_array_get_idx(renewal->leases, i)));
		json_object_object_add(body, "lease_ids", leases);
	}
	if (seconds > 0)
		json_object_object_add(body, "expires_in", json_object_new_int64(seconds));
	ended = api_call_repeatable(silo, "POST", "/api/locks", body, &answer);
	renewed = ended == SILO_DONE ? member_array(answer.body, "locks") : NULL;
	for (size_t i = 0; renewed != NULL && i < json_object_array_length(renewed); i++)
		json_object_array_add(locks,
		                      json_object_get(json_object_array_get_idx(renewed, i)));
	return ended;
}

/* Renews all, in several requests where they are too many for one. */
static int renew(struct silo *silo, const struct renewal *renewal)
{
	size_t count = renewal->count;

	json_object *shown = silo_keep(silo, json_object_new_object());
	json_object *locks = json_object_new_array();
	int ended = option_duration(silo, "for") < 0 ? silo->failure.exit : SILO_DONE;

	json_object_object_add(shown, "locks", locks);
	for (size_t at = 0; ended == SILO_DONE && at < count; at += LIMIT_part_numbers) {
		size_t some = count - at < LIMIT_part_numbers ? count - at : LIMIT_part_numbers;

		ended = renew_slice(silo, renewal, at, some, locks);
		if (ended != SILO_DONE && at > 0)
			output_warn(silo, "renewed the first %zu\n", at);
	}
	if (ended != SILO_DONE)
		return option_explain_lease(silo);
	show_locks(silo, shown, renewal->names, count);
	return SILO_DONE;
}

/* The words, or the parts checked out in this folder. */
static int renew_names(struct folder *folder, struct renewal *renewal)
{
	struct silo *silo = folder->silo;
	struct entry *entries, entry;
	size_t known = 0;
	int ended = rebuild_open(silo, silo->word_count > 0, folder);

	if (ended != SILO_DONE)
		return ended;
	renewal->count = 0;
	entries = folder_entries(folder, &known);
	renewal->names = arena_take(silo->arena, (known + (size_t)silo->word_count + 1) *
	                                             sizeof *renewal->names);
	for (int i = 0; i < silo->word_count; i++)
		renewal->names[renewal->count++] = folder_find_path(folder, silo->words[i], &entry)
		                                       ? entry.part_number
		                                       : silo->words[i];
	for (size_t i = 0; silo->word_count == 0 && i < known; i++)
		if (entries[i].checked_out)
			renewal->names[renewal->count++] = entries[i].part_number;
	return SILO_DONE;
}

/* A lock that can't be renewed because it is not ours any more. */
static int refuse_renewal(struct silo *silo, json_object *item, const char *name)
{
	json_object *lock = member_object(item, "lock");
	const char *end;
	bool held = lock != NULL;

	silo_fail(silo, held ? SILO_HELD : SILO_FAILED, held ? "locked" : "not_locked",
	          "you no longer hold the lock of %s%s%s", name, held ? "; it is held by " : "",
	          held ? words_lock(silo, lock) : "");
	end = words_lock_end(silo, catalog_lock_end(silo, name));
	if (end != NULL)
		silo_hint(silo, "%s", end);
	if (held)
		silo_hint(silo, "silo request %s -m …        asks the holder to release it", name);
	silo_hint(silo, "silo checkout %s%s", name,
	          held ? " --wait     takes it when it is free" : "");
	silo->failure.details = item;
	return silo->failure.exit;
}

/* The list left it out: its own address says whether it was archived. */
static void refuse_missing(struct silo *silo, const char *part)
{
	struct api_answer answer;

	if (api_call(silo, "GET", api_item_path(silo, part, ""), NULL, &answer) == SILO_DONE)
		refusal_no_part(silo, part);
}

/*
 * Renewing never takes a lock that has ended: somebody may have committed since.  An item that is
 * gone ends the renewal of those that were named, but not of all that is checked out here.
 */
static int judge_renewal(struct folder *folder, struct renewal *renewal)
{
	struct silo *silo = folder->silo;
	const char **names = renewal->names;
	size_t kept = 0;
	json_object *rows = NULL;
	int ended = api_user(silo) == NULL ? silo->failure.exit
	                                   : catalog_items(silo, names, renewal->count, &rows);

	for (size_t i = 0; ended == SILO_DONE && i < renewal->count; i++) {
		json_object *item = catalog_find(rows, names[i]);
		const char *holder = member_text(member_object(item, "lock"), "locked_by");

		if (item == NULL && silo->word_count > 0) {
			refuse_missing(silo, names[i]);
			ended = orphan_explain(folder, names[i]);
		} else if (item == NULL) {
			output_warn(silo, "%s %s: silo status\n", names[i],
			            orphan_reason(silo, names[i]));
		} else if (holder == NULL || strcmp(holder, silo->user) != 0) {
			ended = refuse_renewal(silo, item, names[i]);
		} else {
			names[kept++] = names[i];
		}
	}
	renewal->count = kept;
	if (ended == SILO_DONE)
		renewal->leases = catalog_leases(silo, rows, names, kept);
	return ended;
}

/*
 * Judges, then renews what was judged.  A lease that another program of ours renewed in between,
 * or this one with an answer that was lost, is judged once more.
 */
static int renew_judged(struct folder *folder, struct renewal *renewal)
{
	struct silo *silo = folder->silo;
	int ended = SILO_DONE;

	for (int tries = 0; tries < 2; tries++) {
		silo->failure = (struct failure){0};
		ended = judge_renewal(folder, renewal);
		if (ended != SILO_DONE || renewal->count == 0)
			return ended;
		ended = renew(silo, renewal);
		if (ended == SILO_DONE || strcmp(silo->failure.code, "other_lease") != 0)
			return ended;
	}
	return ended;
}

int renew_run(struct silo *silo)
{
	struct folder folder = {.silo = silo};
	struct renewal renewal = {0};
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = renew_names(&folder, &renewal);
	if (ended == SILO_DONE && renewal.count > 0)
		ended = renew_judged(&folder, &renewal);
	if (ended == SILO_DONE && renewal.count == 0) {
		output_say(silo, "nothing is checked out here\n");
		if (silo->json)
			output_json_member("locks", silo_keep(silo, json_object_new_array()));
	}
	return ended;
}

/* Tells a person what became of the request: one that was open already stays as it is. */
static void tell_request(struct silo *silo, const struct api_answer *answer, const char *message)
{
	const char *holder = member_text(answer->body, "locked_by");
	const char *stands = member_text(answer->body, "message"), *when = "";
	time_t asked = text_time(member_text(answer->body, "requested_at"));
	json_object *active;
	bool dropped = message != NULL && (stands == NULL || strcmp(stands, message) != 0);

	if (holder == NULL)
		holder = "The holder";
	if (json_object_object_get_ex(answer->body, "holder_active", &active) &&
	    !json_object_get_boolean(active)) {
		output_warn(silo,
		            "%s is deactivated and can't answer: ask an admin to release %s\n",
		            holder, silo->words[0]);
		return;
	}
	if (answer->status != 200) {
		output_say(silo, "%s has been asked\n", holder);
		return;
	}
	if (asked != (time_t)-1)
		when = arena_print(silo->arena, ", %s",
		                   text_when(silo->arena, asked, http_now(silo->http)));
	output_say(silo, "%s has already been asked%s%s\n", holder, when,
	           dropped ? "; the new message was not sent" : "");
}

int request_run(struct silo *silo)
{
	json_object *body;
	struct api_answer answer;
	const char *message = silo_option(silo, "message");
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	body = json_object_new_object();
	if (message != NULL)
		json_object_object_add(body, "message", json_object_new_string(message));
	ended = api_call_repeatable(
	    silo, "POST", api_item_path(silo, silo->words[0], "/lock/request"), body, &answer);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json)
		output_json(json_object_get(answer.body));
	tell_request(silo, &answer, message);
	return SILO_DONE;
}
