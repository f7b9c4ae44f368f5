/*
 * Part numbers: only characters that have no special meaning in a path, shell or file system.
 */
#include "config.h"
#include "base/part_number.h"

#include <string.h>

bool part_number_is_valid(const char *text)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(text);

	return length >= 1 && length <= 64 && text[0] != '.' && text[0] != '-' &&
	       strspn(text, allowed) == length;
}
