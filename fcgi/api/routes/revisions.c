/*
 * Revision routes without a file; those with a file are in files.c.
 */
#include "config.h"
#include "base/facts.h"
#include "api/members.h"
#include "api/routes/readers.h"

static const char *require_lock(const struct request *rq)
{
	return rq->context->settings->require_lock ? "true" : "false";
}

bool read_revision_create(struct request *rq, const char **values)
{
	json_object *body;

	values[0] = request_value(rq, "pn");
	values[1] = request_if_match(rq);
	values[5] = require_lock(rq);
	return body_object(rq, &body) &&
	       body_text_member(rq, body, "comment", LIMIT_revision_comment, &values[3]) &&
	       body_object_member(rq, body, "properties", &values[4]) &&
	       body_number_member(rq, body, "base_revision", 0, INT32_MAX, &values[2]) &&
	       member_lease_id(rq, body, &values[6]);
}

bool read_revision_rollback(struct request *rq, const char **values)
{
	json_object *body;

	values[0] = request_value(rq, "pn");
	values[1] = request_if_match(rq);
	values[5] = require_lock(rq);
	return body_object(rq, &body) &&
	       body_number_member(rq, body, "revision", 1, INT32_MAX, &values[3]) &&
	       body_text_member(rq, body, "comment", LIMIT_revision_comment, &values[4]) &&
	       body_number_member(rq, body, "base_revision", 0, INT32_MAX, &values[2]) &&
	       member_lease_id(rq, body, &values[6]) && body_needs(rq, "revision", values[3]);
}
