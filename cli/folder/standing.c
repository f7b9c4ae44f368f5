/*
 * How a file of the working folder stands against its entry in the index.  Knows no HTTP.
 */
#include "config.h"

#include "folder/standing.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Without the base's SHA-256 nothing can be compared. */
static bool is_digest(const char *text)
{
	return strlen(text) == WORKFILE_DIGEST - 1 &&
	       strspn(text, "0123456789abcdef") == WORKFILE_DIGEST - 1;
}

struct standing standing_of(const struct folder *folder, const struct entry *entry)
{
	struct standing found = {.state = STANDING_UNREADABLE};
	const char *disk = folder_disk_path(folder, entry->path);
	struct stat facts;

	if (!is_digest(entry->sha256)) {
		found.why = "its entry in .silo/index.json is damaged";
		return found;
	}
	if (workfile_digest(disk, found.digest, &found.size)) {
		found.state = strcmp(found.digest, entry->sha256) == 0 ? STANDING_UNCHANGED
		                                                       : STANDING_MODIFIED;
		return found;
	}
	found.digest[0] = '\0';
	found.why = workfile_reason();
	/* Only a file that is surely not there is missing; a folder that can't be searched hides
	 * it.
	 */
	if (lstat(disk, &facts) != 0 && errno == ENOENT)
		found.state = STANDING_MISSING;
	return found;
}

const char *standing_word(enum standing_state state)
{
	static const char *const words[] = {
	    [STANDING_UNCHANGED] = "unchanged",
	    [STANDING_MODIFIED] = "modified",
	    [STANDING_MISSING] = "missing",
	    [STANDING_UNREADABLE] = "unreadable",
	};

	return words[state];
}
