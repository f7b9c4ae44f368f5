/*
 * New items out of local files: silo add, and commit --as-new-file.
 */
#include "config.h"

#include "commands/new_item.h"

#include <errno.h>
#include <string.h>
#include "commands/checkout.h"
#include "commands/commands.h"
#include "core/members.h"
#include "core/workfile.h"
#include "exchange/orphan.h"
#include "exchange/rebuild.h"
#include "exchange/transfer.h"
#include "server/refusal.h"
#include "terminal/output.h"

/* Adds a text member when there is one. */
static void add_text(json_object *body, const char *name, const char *text)
{
	if (text != NULL)
		json_object_object_add(body, name, json_object_new_string(text));
}

/* The file's SHA-256 and size: asked before an item is made too, which would stay without a file.
 */
static int can_upload(struct folder *folder, const char *path, char digest[WORKFILE_DIGEST],
                      int64_t *size)
{
	if (!workfile_digest(folder_disk_path(folder, path), digest, size))
		return silo_fail(folder->silo, SILO_FAILED, "file", "can't read %s: %s",
		                 folder_shown(folder, path), workfile_reason());
	if (*size == 0)
		return silo_fail(folder->silo, SILO_FAILED, "empty_file", "%s is empty",
		                 folder_shown(folder, path));
	return SILO_DONE;
}

/* Uploads the file at `path` as the item's first revision and records it, read-only; *file is what
 * --json says of it. */
static int first_revision(struct folder *folder, json_object *item, const char *path,
                          const char *comment, json_object **file)
{
	struct silo *silo = folder->silo;
	char *disk = folder_disk_path(folder, path);
	const char *slash = strrchr(path, '/'), *part = member_text(item, "part_number");
	char digest[WORKFILE_DIGEST];
	struct upload upload = {.part_number = part,
	                        .disk_path = disk,
	                        .sha256 = digest,
	                        .filename = slash ? slash + 1 : path,
	                        .comment = comment};
	struct revision made;
	struct api_answer answer;
	struct entry entry = {
	    .path = path, .part_number = part, .item_id = member_text(item, "id")};
	int ended;

	if (part == NULL)
		return silo_fail(silo, SILO_FAILED, "bad_answer",
		                 "the server returned an item without a part number");
	ended = can_upload(folder, path, digest, &upload.size);
	if (ended != SILO_DONE)
		return ended;
	ended = transfer_send(silo, &upload, &made, &answer);
	if (ended != SILO_DONE)
		return ended;
	if (!workfile_set_writable(disk, false))
		return silo_fail(silo, SILO_FAILED, "file", "can't make %s read-only: %s", path,
		                 strerror(errno));
	entry.revision = made.number;
	entry.sha256 = made.sha256;
	ended = folder_record(folder, &entry);
	if (ended != SILO_DONE)
		return ended;
	output_say(silo, "%s revision %lld (%s)\n", part, (long long)made.number,
	           folder_shown(folder, path));
	*file = silo_keep(silo, json_object_new_object());
	add_text(*file, "part_number", part);
	add_text(*file, "path", path);
	json_object_object_add(*file, "revision", json_object_new_int64(made.number));
	return SILO_DONE;
}

/* The category of a part number: the part before its last hyphen. */
static char *category_of(struct silo *silo, const char *part_number)
{
	const char *hyphen = strrchr(part_number, '-');

	return arena_copy(silo->arena, part_number,
	                  hyphen ? (size_t)(hyphen - part_number) : strlen(part_number));
}

int newitem_from_entry(struct folder *folder, const struct entry *entry)
{
	static const char *const copied[] = {"item_type", "description", "project"};
	struct silo *silo = folder->silo;
	const char *part = silo_option(silo, "part");
	json_object *body = silo_keep(silo, json_object_new_object()), *file = NULL;
	struct api_answer old, made;
	char digest[WORKFILE_DIGEST];
	int64_t size;
	int ended = can_upload(folder, entry->path, digest, &size);

	if (ended != SILO_DONE)
		return ended;
	/* Of an item that is gone there is nothing to copy; the file is what counts. */
	ended = api_call(silo, "GET", api_item_path(silo, entry->part_number, ""), NULL, &old);
	if (ended != SILO_DONE && !refusal_is_no_item(silo))
		return ended;
	silo->failure = (struct failure){0};
	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
		add_text(body, copied[i], member_text(old.body, copied[i]));
	add_text(body, part ? "part_number" : "category",
	         part ? part : category_of(silo, entry->part_number));
	ended = api_call(silo, "POST", "/api/items", json_object_get(body), &made);
	if (ended == SILO_DONE)
		ended = first_revision(folder, made.body, entry->path, silo_option(silo, "message"),
		                       &file);
	if (ended != SILO_DONE)
		return orphan_explain(folder, entry->part_number);
	if (silo->json) {
		json_object *files = silo_keep(silo, json_object_new_array());

		add_text(file, "outcome", "new_item");
		add_text(file, "instead_of", entry->part_number);
		json_object_array_add(files, json_object_get(file));
		output_json_member("files", files);
	}
	output_say(silo, "%s started from %s revision %lld\n", folder_shown(folder, entry->path),
	           entry->part_number, (long long)entry->revision);
	if (api_user(silo) != NULL) {
		const char *holder = member_text(member_object(old.body, "lock"), "locked_by");

		if (holder != NULL && strcmp(holder, silo->user) == 0)
			output_say(silo, "you still hold the lock of %s: silo unlock %s\n",
			           entry->part_number, entry->part_number);
	}
	silo->failure = (struct failure){0};
	return SILO_DONE;
}

/* The item for silo add: made, or there without a file. */
static int item_for(struct silo *silo, struct api_answer *answer)
{
	const char *part = silo_option(silo, "part"), *category = silo_option(silo, "category");
	json_object *body;
	int ended;

	if ((part == NULL) == (category == NULL))
		return silo_fail(silo, SILO_USAGE, "usage", "give --part PN or --category CODE");
	body = json_object_new_object();
	add_text(body, "part_number", part);
	add_text(body, "category", category);
	add_text(body, "item_type", silo_option(silo, "type"));
	add_text(body, "description", silo_option(silo, "description"));
	add_text(body, "project", silo_option(silo, "project"));
	ended = api_call(silo, "POST", "/api/items", body, answer);
	if (ended == SILO_DONE || part == NULL || answer->status != 409)
		return ended;
	ended = api_call(silo, "GET", api_item_path(silo, part, ""), NULL, answer);
	if (ended == SILO_DONE && member_number(answer->body, "current_revision", 0) > 0) {
		silo_fail(silo, SILO_FAILED, "part_number_taken", "%s already has a file", part);
		silo_hint(silo, "silo checkout %s", part);
		return SILO_FAILED;
	}
	return ended;
}

int add_run(struct silo *silo)
{
	struct folder folder;
	struct entry known;
	struct api_answer item = {0};
	const char *name = silo->words[0], *path, *problem;
	json_object *file = NULL, *files = NULL;
	char digest[WORKFILE_DIGEST];
	int64_t size;
	int ended = api_open(silo);

	if (ended == SILO_DONE)
		ended = rebuild_open(silo, true, &folder);
	if (ended != SILO_DONE)
		return ended;
	if (folder_find_path(&folder, name, &known) && !orphan_is(silo, known.part_number))
		return silo_fail(silo, SILO_FAILED, "known_file", "%s is already the file of %s",
		                 name, known.part_number);
	path = folder_relative(&folder, name);
	if (path == NULL)
		return silo_fail(silo, SILO_FAILED, "unsafe_name",
		                 "%s is outside the working folder %s: copy it there first", name,
		                 folder.root);
	problem = workfile_path_problem(path);
	if (problem != NULL)
		return silo_fail(silo, SILO_FAILED, "unsafe_name",
		                 "“%s” can't be a file's name in Silo: %s", name, problem);
	ended = can_upload(&folder, path, digest, &size);
	if (ended == SILO_DONE)
		ended = item_for(silo, &item);
	if (ended == SILO_DONE)
		ended =
		    first_revision(&folder, item.body, path, silo_option(silo, "message"), &file);
	if (ended == SILO_DONE && silo_option(silo, "checkout") != NULL) {
		char *part = arena_print(silo->arena, "%s", member_text(item.body, "part_number"));
		struct placement_options options = {.keep_changes = true};

		ended = checkout_parts(&folder, &part, 1, &options, &files);
		if (ended == SILO_DONE)
			json_object_object_add(file, "lock",
			                       json_object_get(member_object(
			                           json_object_array_get_idx(files, 0), "lock")));
	}
	if (ended == SILO_DONE && silo->json)
		output_json(json_object_get(file));
	return ended;
}
