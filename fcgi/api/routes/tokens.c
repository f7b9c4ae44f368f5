/*
 * The caller's API tokens.  The secret is made here and shown once; SQL sees only its hash.
 */
#include "config.h"
#include "base/facts.h"
#include "http/body.h"
#include "base/password.h"
#include "api/routes/readers.h"
#include "api/rule.h"

#include <string.h>

/* Adds the secret to the token's JSON from SQL. */
static void add_secret(struct request *rq, struct response *rs, const char *secret)
{
	json_object *body = json_tokener_parse(rs->body);

	json_object_object_add(body, "token", json_object_new_string(secret));
	rs->body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
	rs->length = strlen(rs->body);
	rs->body = arena_copy(rq->arena, rs->body, rs->length);
	json_object_put(body);
	response_header(rq, rs, "Cache-Control", "no-store");
}

struct response *token_create(struct request *rq)
{
	const char *secret = secret_new(rq->arena, "silo_");
	const char *name = NULL, *days = NULL;
	struct response *rs;
	json_object *body;

	if (!body_object(rq, &body) ||
	    !body_text_member(rq, body, "name", LIMIT_token_name, &name) ||
	    !body_number_member(rq, body, "expires_in_days", 1, LIMIT_token_days, &days) ||
	    !body_needs(rq, "name", name))
		return rq->failure;
	rs = rule_answer(rq, &rq->context->route->call,
	                 VALUES(name, days, secret_hash(rq->arena, secret),
	                        arena_copy(rq->arena, secret, PREFIX_LENGTH)));
	if (rs->status == 201)
		add_secret(rq, rs, secret);
	return rs;
}
