/*
 * How a file of the working folder differs from its entry in the index.  Knows no HTTP.
 */
#include "config.h"

#include "folder/file_state.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Without the base's SHA-256 nothing can be compared. */
static bool is_digest(const char *text)
{
	return strlen(text) == WORKFILE_DIGEST - 1 &&
	       strspn(text, "0123456789abcdef") == WORKFILE_DIGEST - 1;
}

struct file_state file_state_of(const struct folder *folder, const struct entry *entry)
{
	struct file_state found = {.state = FILE_UNREADABLE};
	const char *disk = folder_disk_path(folder, entry->path);
	struct stat facts;

	if (!is_digest(entry->sha256)) {
		found.why = "its entry in .silo/index.json is damaged";
		return found;
	}
	if (workfile_digest(disk, found.digest, &found.size)) {
		found.state =
		    strcmp(found.digest, entry->sha256) == 0 ? FILE_UNCHANGED : FILE_MODIFIED;
		return found;
	}
	found.digest[0] = '\0';
	found.why = workfile_reason();
	/* Only a file that is surely not there is missing; a folder that can't be searched hides
	 * it.
	 */
	if (lstat(disk, &facts) != 0 && errno == ENOENT)
		found.state = FILE_MISSING;
	return found;
}

const char *file_change_word(enum file_change state)
{
	static const char *const words[] = {
	    [FILE_UNCHANGED] = "unchanged",
	    [FILE_MODIFIED] = "modified",
	    [FILE_MISSING] = "missing",
	    [FILE_UNREADABLE] = "unreadable",
	};

	return words[state];
}
