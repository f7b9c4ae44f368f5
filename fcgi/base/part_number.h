/*
 * Part numbers, in paths and bodies.
 */
#ifndef SILO_BASE_PART_NUMBER_H
#define SILO_BASE_PART_NUMBER_H

#include <stdbool.h>

/* 1 to LIMIT_part_number of A-Z a-z 0-9 . _ -, not starting with . or -. */
bool part_number_is_valid(const char *text);

#endif
