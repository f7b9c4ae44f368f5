/*
 * Changes in the user's other working folders.
 */
#include "config.h"

#include "exchange/changes_elsewhere.h"

#include "core/members.h"
#include "core/text.h"
#include "folder/file_state.h"
#include "folder/known_folders.h"

/* The part numbers of the locks, as members. */
static json_object *parts_of(struct silo *silo, json_object *locks)
{
	json_object *parts = silo_keep(silo, json_object_new_object());

	for (size_t i = 0; i < json_object_array_length(locks); i++) {
		const char *part = member_text(json_object_array_get_idx(locks, i), "part_number");

		if (part != NULL)
			json_object_object_add(parts, text_folded(silo->arena, part), NULL);
	}
	return parts;
}

/* A file of another folder, of a lock that is to be released. */
static int refuse_file(struct folder *other, const struct entry *entry)
{
	struct silo *silo = other->silo;
	struct file_state found = file_state_of(other, entry);
	const char *part = entry->part_number, *root = text_word(silo->arena, other->root);

	if (found.state == FILE_UNCHANGED)
		return SILO_DONE;
	if (found.why != NULL)
		silo_fail(silo, SILO_FAILED, "has_changes",
		          "can't tell whether %s in %s has changes: %s", entry->path, other->root,
		          found.why);
	else
		silo_fail(silo, SILO_FAILED, "has_changes",
		          "%s in %s has changes that are not committed", entry->path, other->root);
	if (found.state == FILE_MODIFIED)
		silo_hint(silo, "cd %s && silo commit %s -m …   uploads them", root, part);
	if (found.state != FILE_UNREADABLE)
		silo_hint(silo, "cd %s && silo undo %s   %s", root, part,
		          found.state == FILE_MISSING ? "brings it back" : "drops them");
	silo_hint(silo, "silo unlock %s --yes   releases; the file there stays as it is", part);
	return SILO_FAILED;
}

/* A folder whose index can't be trusted may have any of the parts. */
static int refuse_folder(struct folder *other, const char *part)
{
	struct silo *silo = other->silo;

	silo_fail(silo, SILO_FAILED, "has_changes", "can't tell whether %s has changes: %s",
	          other->root, other->damaged);
	if (other->index != NULL)
		silo_hint(silo, "cd %s && silo status   rebuilds its list of files",
		          text_word(silo->arena, other->root));
	silo_hint(silo, "silo unlock %s --yes   releases it anyway", part);
	return SILO_FAILED;
}

int changes_elsewhere_refuse(struct folder *folder, json_object *locks)
{
	struct silo *silo = folder->silo;
	json_object *parts = parts_of(silo, locks);
	size_t count, entry_count;
	struct folder *others = known_folders_others(folder, &count);
	int ended = SILO_DONE;

	if (json_object_array_length(locks) == 0)
		return SILO_DONE;
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		struct entry *entries;

		if (others[i].damaged != NULL)
			return refuse_folder(
			    &others[i],
			    member_text(json_object_array_get_idx(locks, 0), "part_number"));
		entries = folder_entries(&others[i], &entry_count);
		for (size_t j = 0; ended == SILO_DONE && j < entry_count; j++)
			if (entries[j].checked_out &&
			    json_object_object_get_ex(
			        parts, text_folded(silo->arena, entries[j].part_number), NULL))
				ended = refuse_file(&others[i], &entries[j]);
	}
	return ended;
}
