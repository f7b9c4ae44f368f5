/*
 * Part numbers: only characters that have no special meaning in a path, shell or file system.
 */
#include "config.h"
#include "base/part_number.h"
#include "base/facts.h"

#include <string.h>

bool part_number_is_valid(const char *text)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(text);

	return length >= 1 && length <= LIMIT_part_number && text[0] != '.' && text[0] != '-' &&
	       strspn(text, allowed) == length;
}
