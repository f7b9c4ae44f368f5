/*
 * The server's JSON: one call, its answer read with care, its refusals turned into failures and
 * exit codes in one place.  Knows routes only by the path it is given.
 */
#ifndef SILO_API_H
#define SILO_API_H

#include <json-c/json.h>
#include <stdint.h>
#include "core/silo.h"
#include "server/http.h"

struct api_answer {
	long status;
	json_object *body; /* an object, owned by the arena; NULL when there is none */
	const char *etag;
};

/* Ready for calls: an address is known and, unless anonymous, a token.  Else a failure. */
int api_open(struct silo *silo);

/* Sends `body` (owned by this call, NULL: none).  Not 2xx: a failure is noted, answer is filled. */
int api_call(struct silo *silo, const char *method, const char *path, json_object *body,
             struct api_answer *answer);

/* The same, where a second try after a lost answer can't do harm. */
int api_call_repeatable(struct silo *silo, const char *method, const char *path, json_object *body,
                        struct api_answer *answer);

/* Judges an answer that was got by http_send: SILO_DONE for 2xx, else notes the failure. */
int api_judge(struct silo *silo, const struct http_answer *got, struct api_answer *answer);

/* All rows of a list of that name, page by page; limit 0: all.  *rows is owned by the arena. */
int api_list(struct silo *silo, const char *path, const char *name, int64_t limit,
             json_object **rows);

/* "/api/items/<part number>" and what follows, encoded. */
char *api_item_path(struct silo *silo, const char *part_number, const char *rest);

/* The lock of a part, as the one of that lease (0: whichever it is). */
char *api_lock_path(struct silo *silo, const char *part_number, int64_t lease_id);

/* Who we are: known from the configuration, else asked once.  NULL after noting a failure. */
const char *api_user(struct silo *silo);

#endif
