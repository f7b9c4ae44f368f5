/*
 * Members that the bodies of several routes share, beyond the plain types of http/body.h.
 */
#ifndef SILO_API_MEMBERS_H
#define SILO_API_MEMBERS_H

#include "http/body.h"

/* The limit for a text that SQL judges: long enough for SQL to say what it must be. */
enum { WORD_MOST = 1000 };

/* The highest lease_id: the largest whole number that every JSON reader keeps exactly. */
#define LEASE_ID_MOST INT64_C(9007199254740991)

/* The lease that a write means; naming one is optional. */
bool member_lease_id(struct request *rq, json_object *object, const char **value);

/* 1 to LIMIT_part_numbers part numbers, as JSON text. */
bool member_part_numbers(struct request *rq, json_object *object, const char *name,
                         const char **value);

#endif
