/*
 * ls, locks, log: what the server has, as tables.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include "base/facts.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "core/members.h"
#include "core/text.h"
#include "exchange/rebuild.h"
#include "folder/folder.h"
#include "server/api.h"
#include "terminal/output.h"

/* Adds "&name=value" to a path that has a query already. */
static char *with(struct silo *silo, char *path, const char *name, const char *value)
{
	if (value == NULL)
		return path;
	return arena_print(silo->arena, "%s%c%s=%s", path, strchr(path, '?') ? '&' : '?', name,
	                   text_encoded(silo->arena, value));
}

/* Who holds it, in a cell. */
static void lock_cell(struct silo *silo, struct table *table, json_object *lock)
{
	const char *holder = member_text(lock, "locked_by");

	if (holder == NULL)
		table_cell(table, COLOUR_NONE, "");
	else
		table_cell(table,
		           silo->user != NULL && strcmp(holder, silo->user) == 0 ? COLOUR_GREEN
		                                                                 : COLOUR_YELLOW,
		           holder);
}

int ls_run(struct silo *silo)
{
	static const char *const titles[] = {"PART",      "TYPE",        "REV",
	                                     "LOCKED BY", "DESCRIPTION", NULL};
	char *path = arena_print(silo->arena, "/api/items");
	int64_t limit = option_number(silo, "limit", LIMIT_page_default);
	struct table *table;
	json_object *rows;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (limit < 0)
		return silo->failure.exit;
	path = with(silo, path, "q", silo->word_count > 0 ? silo->words[0] : NULL);
	path = with(silo, path, "type", silo_option(silo, "type"));
	path = with(silo, path, "project", silo_option(silo, "project"));
	path = with(silo, path, "lock", silo_option(silo, "lock"));
	ended = api_list(silo, path, "items", limit, &rows);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		output_json_member("items", rows);
		return SILO_DONE;
	}
	table = table_new(silo->arena, titles);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		table_cell(table, COLOUR_NONE, member_text(row, "part_number"));
		table_cell(table, COLOUR_NONE, member_text(row, "item_type"));
		table_cell(table, COLOUR_NONE,
		           arena_print(silo->arena, "%lld",
		                       (long long)member_number(row, "current_revision", 0)));
		lock_cell(silo, table, member_object(row, "lock"));
		table_cell(table, COLOUR_NONE, member_text(row, "description"));
	}
	table_show(table, 4);
	if (json_object_array_length(rows) == 0)
		output_say(silo, "nothing found\n");
	else if (limit > 0 && (int64_t)json_object_array_length(rows) == limit)
		output_say(silo, "(the first %lld; --limit 0 shows all)\n", (long long)limit);
	return SILO_DONE;
}

int locks_run(struct silo *silo)
{
	static const char *const titles[] = {"PART",  "HOLDER", "SINCE", "ENDS IN",
	                                     "WHERE", "WHY",    NULL};
	char *path = arena_print(silo->arena, "/api/locks");
	int64_t limit = option_number(silo, "limit", 0);
	const char *user = silo_option(silo, "user");
	struct table *table;
	json_object *rows;
	int ended = api_open(silo);
	time_t now;

	if (ended != SILO_DONE)
		return ended;
	if (limit < 0)
		return silo->failure.exit;
	if (silo_option(silo, "mine") != NULL && (user = api_user(silo)) == NULL)
		return silo->failure.exit;
	path = with(silo, with(silo, path, "user", user), "project", silo_option(silo, "project"));
	ended = api_list(silo, path, "locks", limit, &rows);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		output_json_member("locks", rows);
		return SILO_DONE;
	}
	now = http_now(silo->http);
	table = table_new(silo->arena, titles);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		time_t ends = text_time(member_text(row, "expires_at"));

		table_cell(table, COLOUR_NONE, member_text(row, "part_number"));
		lock_cell(silo, table, row);
		table_cell(table, COLOUR_NONE,
		           text_when(silo->arena, text_time(member_text(row, "locked_at")), now));
		table_cell(table, ends - now < LEASE_ENDING_SOON ? COLOUR_RED : COLOUR_NONE,
		           text_span(silo->arena, ends - now));
		table_cell(table, COLOUR_NONE, member_text(row, "workstation"));
		table_cell(table, COLOUR_NONE, member_text(row, "comment"));
	}
	table_show(table, 5);
	if (json_object_array_length(rows) == 0)
		output_say(silo, "no locks\n");
	return SILO_DONE;
}

/* The part number that a word means: of a file of this folder, or itself. */
static const char *part_of(struct silo *silo, const char *word)
{
	struct folder folder;
	struct entry entry;

	if (rebuild_open(silo, true, &folder) == SILO_DONE && folder_find(&folder, word, &entry))
		return entry.part_number;
	silo->failure = (struct failure){0};
	return word;
}

int log_run(struct silo *silo)
{
	static const char *const titles[] = {"REV", "BY", "WHEN", "SIZE", "FILE", "COMMENT", NULL};
	int64_t limit = option_number(silo, "limit", LIMIT_page_default);
	struct table *table;
	json_object *rows;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (limit < 0)
		return silo->failure.exit;
	ended = api_list(silo, api_item_path(silo, part_of(silo, silo->words[0]), "/revisions"),
	                 "revisions", limit, &rows);
	if (ended != SILO_DONE)
		return ended;
	if (silo->json) {
		output_json_member("revisions", rows);
		return SILO_DONE;
	}
	table = table_new(silo->arena, titles);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		int64_t size = member_number(row, "size", -1);

		table_cell(table, COLOUR_NONE,
		           arena_print(silo->arena, "%lld",
		                       (long long)member_number(row, "revision_number", 0)));
		table_cell(table, COLOUR_NONE, member_text(row, "created_by"));
		table_cell(table, COLOUR_NONE,
		           text_when(silo->arena, text_time(member_text(row, "created_at")),
		                     http_now(silo->http)));
		table_cell(table, COLOUR_NONE, size < 0 ? "-" : text_size(silo->arena, size));
		table_cell(table, COLOUR_NONE, member_text(row, "filename"));
		table_cell(table, COLOUR_NONE, member_text(row, "comment"));
	}
	table_show(table, 5);
	if (json_object_array_length(rows) == 0)
		output_say(silo, "no revisions yet\n");
	return SILO_DONE;
}
