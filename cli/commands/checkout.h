/*
 * Checking parts out, for the commands that begin with it (checkout, edit, add --checkout).
 */
#ifndef SILO_CHECKOUT_H
#define SILO_CHECKOUT_H

#include "exchange/placement.h"

/*
 * Takes the locks of the words (part numbers or files) and places the files.  Honours the
 * command's options message, for, wait and timeout as far as it has them.  Tells a person; *files
 * is what --json says of each file, an array kept until the end, also after a failure.
 */
int checkout_parts(struct folder *folder, char **words, int word_count,
                   const struct placement_options *options, json_object **files);

#endif
