/*
 * The names that files may have.  Pure.
 */
#include "config.h"

#include "base/facts.h"
#include "base/filename.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base/utf8.h"

/*
 * True for the names of DOS devices.  Windows opens the device whatever the extension, and ignores
 * blanks before it; COM and LPT also take the small raised digits of Latin-1.
 */
static bool is_device(const char *name, size_t length)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
	static const char *const ports[] = {"1", "2", "3", "4", "5", "6",
	                                    "7", "8", "9", "¹", "²", "³"};
	const char *dot = memchr(name, '.', length);

	length = dot ? (size_t)(dot - name) : length;
	while (length > 0 && name[length - 1] == ' ')
		length--;
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (length == strlen(devices[i]) && strncasecmp(name, devices[i], length) == 0)
			return true;
	if (length < 4 || (strncasecmp(name, "com", 3) != 0 && strncasecmp(name, "lpt", 3) != 0))
		return false;
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (length - 3 == strlen(ports[i]) && memcmp(name + 3, ports[i], length - 3) == 0)
			return true;
	return false;
}

/* What is wrong with its characters, or NULL. */
static const char *character_problem(const char *name, size_t length)
{
	for (size_t i = 0, used; i < length; i += used) {
		int32_t character = utf8_character(name + i, length - i, &used);

		if (character < 0)
			return "it is no UTF-8";
		if (utf8_steers(character))
			return "it holds control characters";
	}
	return NULL;
}

/* True when one of the bytes is in the name, which holds no NUL. */
static bool holds(const char *name, size_t length, const char *bytes)
{
	for (size_t i = 0; i < length; i++)
		if (strchr(bytes, name[i]))
			return true;
	return false;
}

_Static_assert(LIMIT_filename_bytes == 255, "filename_problem names it");

const char *filename_problem(const char *name, size_t length)
{
	const char *problem = character_problem(name, length);

	if (problem)
		return problem;
	if (length == 0)
		return "it is empty";
	if (length > LIMIT_filename_bytes)
		return "it is longer than 255 bytes";
	if (holds(name, length, "/\\"))
		return "it holds a slash";
	if (name[0] == '.')
		return "it starts with a dot";
	if (name[length - 1] == '.' || name[length - 1] == ' ' || name[0] == ' ')
		return "it starts or ends with a blank or ends with a dot";
	/* A colon leads out of the folder on Windows (D:x) or into a hidden stream of a file. */
	if (holds(name, length, "<>:\"|?*"))
		return "it holds one of < > : \" | ? *";
	return is_device(name, length) ? "it is the name of a device" : NULL;
}

const char *filename_clean(const char *sent, size_t length, const char **why)
{
	const char *name = sent + length;

	/* Skips the folders; but characters that control a terminal belong to no path. */
	*why = utf8_length(sent, length) >= 0 ? NULL : "it is no UTF-8";
	for (size_t at = 0, used; !*why && at < length; at += used)
		if (utf8_steers(utf8_character(sent + at, length - at, &used)))
			*why = "it holds control characters";
	if (*why)
		return NULL;
	while (name > sent && name[-1] != '/' && name[-1] != '\\')
		name--;
	*why = filename_problem(name, length - (size_t)(name - sent));
	return *why ? NULL : name;
}
