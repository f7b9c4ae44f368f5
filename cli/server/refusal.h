/*
 * What the server refuses, in words for a person and as an exit code.  Knows no HTTP.
 */
#ifndef SILO_REFUSAL_H
#define SILO_REFUSAL_H

#include <json-c/json.h>
#include "core/silo.h"

/* Notes the failure that an answer's status and body (NULL: none) mean; returns its exit code. */
int refusal_note(struct silo *silo, long status, json_object *body);

/* Notes that there is no such part; returns the exit code. */
int refusal_no_part(struct silo *silo, const char *part_number);

/* What the server takes as a part number. */
bool refusal_is_part_number(const char *text);

/* The failure noted last says that there is no such item: names the one of this route. */
void refusal_name_part(struct silo *silo, const char *path);

/* True for the body of a refusal that another try in the next seconds won't change. */
bool refusal_is_lasting(const char *body);

/* True when the failure noted last says that there is no such item. */
bool refusal_is_no_item(const struct silo *silo);

#endif
