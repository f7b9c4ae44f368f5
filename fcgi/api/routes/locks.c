/*
 * Lock routes: HTTP in, values of a SQL function out; no lock rule lives here.
 */
#include "config.h"
#include "base/facts.h"
#include "api/members.h"
#include "http/errors.h"
#include "http/query.h"
#include "api/routes/readers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a client may say about the lock that it wants. */
struct lock_wish {
	const char *part_numbers, *comment, *expires_in, *workstation;
	const char *lease_default, *lease_maximum, *lease_minimum;
	const char *lease_id, *lease_ids; /* to renew exactly these, for one item and for several */
};

static bool read_lock_wish(struct request *rq, struct lock_wish *wish)
{
	const struct settings *settings = rq->context->settings;
	json_object *body;

	*wish = (struct lock_wish){
	    .lease_default = arena_print(rq->arena, "%" PRId64, settings->lock_default_seconds),
	    .lease_maximum = arena_print(rq->arena, "%" PRId64, settings->lock_maximum_seconds),
	    .lease_minimum = arena_print(rq->arena, "%" PRId64, settings->lock_minimum_seconds)};
	if (!body_object(rq, &body))
		return false;
	body_any_member(rq, body, "lease_ids", &wish->lease_ids);
	return member_part_numbers(rq, body, "part_numbers", &wish->part_numbers) &&
	       member_lease_id(rq, body, &wish->lease_id) &&
	       body_text_member(rq, body, "comment", LIMIT_lock_comment, &wish->comment) &&
	       body_number_member(rq, body, "expires_in", settings->lock_minimum_seconds,
	                          settings->lock_maximum_seconds, &wish->expires_in) &&
	       body_text_member(rq, body, "workstation", LIMIT_workstation, &wish->workstation);
}

/* lock_acquire and locks_acquire take the same, for one item or for many. */
static void give_lock_wish(const struct lock_wish *wish, const char *items, const char *leases,
                           const char **values)
{
	values[0] = items;
	values[1] = wish->comment;
	values[2] = wish->expires_in;
	values[3] = wish->workstation;
	values[4] = wish->lease_default;
	values[5] = wish->lease_maximum;
	values[6] = leases;
	values[7] = wish->lease_minimum;
}

bool read_lock_acquire(struct request *rq, const char **values)
{
	struct lock_wish wish;

	if (!read_lock_wish(rq, &wish))
		return false;
	give_lock_wish(&wish, request_value(rq, "pn"), wish.lease_id, values);
	return true;
}

bool read_lock_release(struct request *rq, const char **values)
{
	values[0] = request_value(rq, "pn");
	return request_query_text(rq, "reason", LIMIT_release_reason, &values[1]) &&
	       request_query_number(rq, "lease_id", 1, LEASE_ID_MOST, &values[2]);
}

bool read_lock_request(struct request *rq, const char **values)
{
	json_object *body;

	values[0] = request_value(rq, "pn");
	return body_object(rq, &body) &&
	       body_text_member(rq, body, "message", LIMIT_request_message, &values[1]);
}

bool read_lock_list(struct request *rq, const char **values)
{
	return read_limit_and_cursor(rq, &values[3], &values[4]) &&
	       request_query_text(rq, "user", LIMIT_username, &values[0]) &&
	       request_query_text(rq, "project", LIMIT_project, &values[1]) &&
	       request_query_number(rq, "expiring_within", 0, INT32_MAX, &values[2]);
}

bool read_locks_acquire(struct request *rq, const char **values)
{
	struct lock_wish wish;

	if (!read_lock_wish(rq, &wish) || !body_needs(rq, "part_numbers", wish.part_numbers))
		return false;
	give_lock_wish(&wish, wish.part_numbers, wish.lease_ids, values);
	return true;
}

/*
 * The request may come in the body or, since many clients send no body with DELETE, in the query:
 * ?part_numbers=A,B&lease_ids=7,8 or ?mine=true.
 */
static const char *listed_part_numbers(struct request *rq, const char *list)
{
	json_object *names = json_object_new_array();
	const char *text;

	while (*list) {
		size_t length = strcspn(list, ",");

		json_object_array_add(names, json_object_new_string_len(list, (int)length));
		list += length;
		if (*list)
			list++;
	}
	text = json_object_to_json_string_ext(names, JSON_C_TO_STRING_PLAIN);
	text = arena_copy(rq->arena, text, strlen(text));
	json_object_put(names);
	return arena_print(rq->arena, "{\"part_numbers\":%s}", text);
}

/* "7,,8" as [7,null,8]: the position between the commas is that of the part number. */
static bool listed_lease_ids(struct request *rq, const char *list, const char **lease_ids)
{
	json_object *ids;
	const char *text;

	if (list[strspn(list, "0123456789,")] != '\0') {
		rq->failure = error_value(rq, "lease_ids", "whole numbers with commas between");
		return false;
	}
	ids = json_object_new_array();
	for (;; list++) {
		size_t length = strcspn(list, ",");

		json_object_array_add(
		    ids, length > 0 ? json_object_new_int64(strtoll(list, NULL, 10)) : NULL);
		list += length;
		if (!*list)
			break;
	}
	text = json_object_to_json_string_ext(ids, JSON_C_TO_STRING_PLAIN);
	*lease_ids = arena_copy(rq->arena, text, strlen(text));
	json_object_put(ids);
	return true;
}

bool read_locks_release(struct request *rq, const char **values)
{
	const char *part_numbers = NULL, *reason = NULL, *lease_ids = NULL,
	           *listed = request_query(rq, "part_numbers"),
	           *leases = request_query(rq, "lease_ids");
	json_object *body, *query;
	bool mine = false;

	if (!body_object(rq, &body) ||
	    !member_part_numbers(rq, body, "part_numbers", &part_numbers) ||
	    !body_flag_member(rq, body, "mine", &mine) ||
	    !body_text_member(rq, body, "reason", LIMIT_release_reason, &reason) ||
	    !request_query_flag(rq, "mine", &mine) ||
	    (!reason && !request_query_text(rq, "reason", LIMIT_release_reason, &reason)))
		return false;
	if (!part_numbers && listed) {
		const char *text = listed_part_numbers(rq, listed);

		if (!body_parse(rq, text, strlen(text), &query) ||
		    !member_part_numbers(rq, query, "part_numbers", &part_numbers))
			return false;
	}
	if (!mine && !body_needs(rq, "part_numbers", part_numbers))
		return false;
	body_any_member(rq, body, "lease_ids", &lease_ids);
	if (!lease_ids && leases && !listed_lease_ids(rq, leases, &lease_ids))
		return false;
	values[0] = mine ? NULL : part_numbers;
	values[1] = mine ? "true" : "false";
	values[2] = reason;
	values[3] = lease_ids;
	return true;
}
