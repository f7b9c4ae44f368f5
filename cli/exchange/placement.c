/*
 * Puts a revision's content at its place without ever losing what is there.
 * The rule: only content that the server has too (its SHA-256 is in the index or is the
 * revision's own) is replaced silently.
 */
#include "config.h"

#include "exchange/placement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/failpoint.h"
#include "core/workfile.h"

/* The name of a file whose own name another item has here: "F01-0002 bracket.FCStd". */
static char *clash_name(struct silo *silo, const char *part_number, const char *name)
{
	return workfile_name_with(silo->arena, arena_print(silo->arena, "%s ", part_number), name,
	                          "");
}

/*
 * Whose file a path is, other than this item's: in the index, or of the `earlier` ones that are
 * decided with it.  NULL: nobody's.  Some systems know no case, so case doesn't tell names apart.
 */
static const char *owner_of(struct folder *folder, const char *part_number, const char *path,
                            const struct placement *earlier, size_t count)
{
	const char *owner = folder_part_at(folder, path);

	if (owner != NULL && strcasecmp(owner, part_number) != 0)
		return owner;
	for (size_t i = 0; i < count; i++)
		if (earlier[i].path != NULL && strcasecmp(earlier[i].path, path) == 0)
			return earlier[i].revision.part_number;
	return NULL;
}

/* Chooses the path: --to, where the part is already, or the server's name once it is checked. */
static int choose_path(struct folder *folder, const struct placement_options *options,
                       struct placement *places, size_t index)
{
	struct placement *place = &places[index];
	const char *part = place->revision.part_number, *owner;
	struct silo *silo = folder->silo;
	const char *name = options->to ? options->to : place->revision.filename;
	const char *problem = workfile_name_problem(name);

	place->known = folder_find_part(folder, place->revision.part_number, &place->entry);
	if (options->to == NULL && !options->beside && place->known) {
		place->path = place->entry.path;
		return SILO_DONE;
	}
	if (problem != NULL) {
		if (options->to != NULL)
			return silo_fail(silo, SILO_FAILED, "unsafe_name",
			                 "“%s” can't be a file's name here: %s", name, problem);
		silo_fail(silo, SILO_FAILED, "unsafe_name",
		          "%s is called “%s”, which can't be a file's name here: %s",
		          place->revision.part_number, name, problem);
		silo_hint(silo, "--to NAME writes it under another name");
		return SILO_FAILED;
	}
	if (options->beside && options->to == NULL) {
		const char *own = place->known ? strrchr(place->entry.path, '/') : NULL;

		if (place->known)
			name = own ? own + 1 : place->entry.path;
		name = workfile_name_with(
		    silo->arena, "", name,
		    arena_print(silo->arena, "@%lld", (long long)place->revision.number));
	}
	place->path = folder_path_here(folder, name);
	owner = owner_of(folder, part, place->path, places, index);
	if (owner != NULL && options->to == NULL && !options->beside) {
		place->path = folder_path_here(folder, clash_name(silo, part, name));
		owner = owner_of(folder, part, place->path, places, index);
	}
	if (owner != NULL)
		return silo_fail(silo, SILO_FAILED, "name_taken",
		                 "%s is the file of %s here; use --to NAME for %s", place->path,
		                 owner, part);
	return SILO_DONE;
}

/* A file is there that may not be replaced. */
static int refuse(struct folder *folder, const struct placement *place, int exit_code,
                  const char *code, const char *why)
{
	struct silo *silo = folder->silo;
	const char *shown = folder_shown(folder, place->path);

	silo_fail(silo, exit_code, code, "%s %s", shown, why);
	if (exit_code == SILO_STALE)
		silo_hint(silo, "silo get %s --beside   puts the newest revision beside it",
		          place->revision.part_number);
	silo_hint(silo, "--force replaces it and keeps yours in .silo/backup");
	silo_hint(silo, "--to NAME writes under another name");
	return exit_code;
}

/* Decides about a regular file that is there. */
static int decide_about(struct folder *folder, const struct placement_options *options,
                        struct placement *place, const char *digest)
{
	bool ours = place->known && strcmp(place->entry.path, place->path) == 0;

	snprintf(place->found, sizeof place->found, "%s", digest);
	if (strcmp(digest, place->revision.sha256) == 0) {
		place->action = PLACEMENT_ADOPT;
		return SILO_DONE;
	}
	if (ours && strcmp(digest, place->entry.sha256) == 0) {
		place->action = PLACEMENT_FETCH;
		return SILO_DONE;
	}
	if (options->force) {
		place->action = PLACEMENT_BACKUP;
		return SILO_DONE;
	}
	if (ours && place->entry.revision == place->revision.number && options->keep_changes) {
		place->action = PLACEMENT_KEEP;
		return SILO_DONE;
	}
	if (ours && place->entry.revision != place->revision.number)
		return refuse(folder, place, SILO_STALE, "stale_revision",
		              "has your changes, on an older revision");
	return refuse(folder, place, SILO_FAILED, "file_differs",
	              ours ? "has your changes" : "is already here and differs");
}

int placement_decide(struct folder *folder, const struct placement_options *options,
                     struct placement *places, size_t index)
{
	struct placement *place = &places[index];
	char digest[WORKFILE_DIGEST];
	struct stat facts;
	int64_t size;
	char *disk;
	int ended;

	if (place->revision.sha256 == NULL) {
		place->action = PLACEMENT_NOTHING;
		return SILO_DONE;
	}
	ended = choose_path(folder, options, places, index);
	if (ended != SILO_DONE)
		return ended;
	disk = folder_disk_path(folder, place->path);
	if (!workfile_is_plain(disk))
		return silo_fail(folder->silo, SILO_FAILED, "file_differs", "can't use %s: %s",
		                 folder_shown(folder, place->path), workfile_reason());
	if (lstat(disk, &facts) != 0) {
		place->action = PLACEMENT_FETCH;
		return SILO_DONE;
	}
	if (!S_ISREG(facts.st_mode))
		ended = silo_fail(folder->silo, SILO_FAILED, "file_differs",
		                  "%s is here, but is not a plain file",
		                  folder_shown(folder, place->path));
	else if (!workfile_digest(disk, digest, &size))
		ended = silo_fail(folder->silo, SILO_FAILED, "file", "can't read %s: %s",
		                  folder_shown(folder, place->path), workfile_reason());
	if (ended != SILO_DONE) {
		silo_hint(folder->silo, "move it away, then run the same command again");
		return ended;
	}
	return decide_about(folder, options, place, digest);
}

/* True when the file is still as it was when that was decided. */
static bool still_as_found(const struct placement *place, const char *disk)
{
	char digest[WORKFILE_DIGEST];
	struct stat facts;
	int64_t size;

	if (lstat(disk, &facts) != 0)
		return place->found[0] == '\0';
	return workfile_digest(disk, digest, &size) && strcmp(digest, place->found) == 0;
}

int placement_do(struct folder *folder, struct placement *place)
{
	struct silo *silo = folder->silo;
	char *incoming, *disk;
	bool moved;
	int ended;

	if (place->action != PLACEMENT_FETCH && place->action != PLACEMENT_BACKUP)
		return SILO_DONE;
	disk = folder_disk_path(folder, place->path);
	ended = transfer_fetch(folder, &place->revision, &incoming);
	if (ended != SILO_DONE)
		return ended;
	fail_point("fetched");
	if (!still_as_found(place, disk)) {
		(void)unlink(incoming);
		return silo_fail(silo, SILO_FAILED, "file_differs",
		                 "%s changed meanwhile; nothing was replaced", place->path);
	}
	if (place->action == PLACEMENT_BACKUP) {
		const char *backups = folder_inner(folder, "backup");

		place->backup = workfile_backup(silo->arena, disk, backups);
		/* A copy needs room; without any, the file itself goes there. */
		if (place->backup == NULL && workfile_is_full()) {
			place->backup = workfile_put_away(silo->arena, disk, backups);
			place->found[0] = '\0';
		}
		if (place->backup == NULL) {
			(void)unlink(incoming);
			return silo_fail(silo, SILO_FAILED, "file", "can't back up %s: %s",
			                 place->path, workfile_reason());
		}
	}
	/* Its folder may have been taken away since it was recorded. */
	moved = workfile_make_folders(silo->arena, disk, 0777) &&
	        (place->found[0] == '\0' ? workfile_install_new(silo->arena, incoming, disk)
	                                 : workfile_install(silo->arena, incoming, disk));
	if (!moved) {
		int kept = errno;

		(void)unlink(incoming);
		return silo_fail(silo, SILO_FAILED, "file", "can't write %s: %s", place->path,
		                 strerror(kept));
	}
	fail_point("placed");
	return SILO_DONE;
}

json_object *placement_json(const struct placement *place, const char *outcome)
{
	const struct revision *revision = &place->revision;
	json_object *row = json_object_new_object();

	json_object_object_add(row, "part_number", json_object_new_string(revision->part_number));
	json_object_object_add(row, "path",
	                       place->path ? json_object_new_string(place->path) : NULL);
	json_object_object_add(row, "revision", json_object_new_int64(revision->number));
	json_object_object_add(row, "sha256",
	                       revision->sha256 ? json_object_new_string(revision->sha256) : NULL);
	json_object_object_add(row, "outcome", json_object_new_string(outcome));
	json_object_object_add(row, "backup",
	                       place->backup ? json_object_new_string(place->backup) : NULL);
	return row;
}

int placement_upload_name(struct folder *folder, const struct entry *entry, const char **name)
{
	struct silo *silo = folder->silo;
	const char *slash = strrchr(entry->path, '/'), *part = entry->part_number;
	struct revision base;
	int ended;

	*name = slash ? slash + 1 : entry->path;
	if (entry->revision == 0 || strncasecmp(*name, part, strlen(part)) != 0 ||
	    (*name)[strlen(part)] != ' ')
		return SILO_DONE;
	ended = transfer_revision(silo, part, entry->revision, &base);
	if (ended == SILO_DONE && base.filename != NULL &&
	    strcasecmp(*name, clash_name(silo, part, base.filename)) == 0)
		*name = base.filename;
	return ended;
}
