/*
 * Revision routes without a file; files.c has those with one.
 */
#include "config.h"
#include "http/body.h"
#include "http/query.h"
#include "api/routes/handlers.h"
#include "api/routes/list.h"
#include "api/rule.h"

struct response *revisions_list(struct request *rq)
{
	const char *limit, *cursor;

	if (!list_page(rq, &limit, &cursor))
		return rq->failure;
	return rule_answer(rq, SQL_REVISION_LIST, VALUES(request_value(rq, "pn"), limit, cursor));
}

struct response *revision_show(struct request *rq)
{
	const char *n;

	if (!request_revision(rq, &n))
		return rq->failure;
	return rule_answer(rq, SQL_REVISION_SHOW, VALUES(request_value(rq, "pn"), n));
}

struct response *revision_create(struct request *rq)
{
	const char *comment = NULL, *properties = NULL, *base = NULL, *lease = NULL;
	json_object *body;

	if (!body_object(rq, &body) || !body_text_member(rq, body, "comment", 2000, &comment) ||
	    !body_object_member(rq, body, "properties", &properties) ||
	    !body_number_member(rq, body, "base_revision", 0, INT32_MAX, &base) ||
	    !body_lease_id(rq, body, &lease))
		return rq->failure;
	return rule_answer(rq, SQL_REVISION_CREATE,
	                   VALUES(request_value(rq, "pn"), request_if_match(rq), base, comment,
	                          properties, rq->settings->require_lock ? "true" : "false",
	                          lease));
}

struct response *revision_rollback(struct request *rq)
{
	const char *revision = NULL, *comment = NULL, *base = NULL, *lease = NULL;
	json_object *body;

	if (!body_object(rq, &body) ||
	    !body_number_member(rq, body, "revision", 1, INT32_MAX, &revision) ||
	    !body_text_member(rq, body, "comment", 2000, &comment) ||
	    !body_number_member(rq, body, "base_revision", 0, INT32_MAX, &base) ||
	    !body_lease_id(rq, body, &lease) || !body_needs(rq, "revision", revision))
		return rq->failure;
	return rule_answer(rq, SQL_REVISION_ROLLBACK,
	                   VALUES(request_value(rq, "pn"), request_if_match(rq), base, revision,
	                          comment, rq->settings->require_lock ? "true" : "false", lease));
}
