/*
 * Rules: sign-in and one SQL function, in one round trip.  Only here does a refusal by SQL become
 * an HTTP error.
 */
#include "config.h"
#include "api/rule.h"
#include "api/router.h"
#include "base/error_codes.h"
#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rule_value(const PGresult *result, const char *column)
{
	int at = PQfnumber(result, column);

	if (at < 0 || PQntuples(result) < 1 || PQgetisnull(result, 0, at))
		return NULL;
	return PQgetvalue(result, 0, at);
}

static struct response *refusal(struct request *rq, const struct database_answer *answer)
{
	const char *details = answer->details ? answer->details : "";
	struct response *rs = error_quoting(rq, answer->code, answer->sentence, details);

	if (strcmp(rs->code, answer->code) != 0)
		log_event(LOG_LEVEL_ERROR, "unknown_error_code", "code", answer->code, NULL);
	return rs;
}

/* A caller who only asked has lost nothing. */
static struct response *unconfirmed(struct request *rq)
{
	if (rq->method == METHOD_GET)
		return error_answer(rq, "unavailable");
	return error_saying(rq, "unavailable",
	                    "The database has not confirmed this change. It may have happened, or "
	                    "may still happen: look, and repeat it only if it is missing.",
	                    NULL);
}

static struct response *failure_of(struct request *rq, const struct database_answer *answer)
{
	switch (answer->outcome) {
	case DATABASE_REFUSED:
		return refusal(rq, answer);
	case DATABASE_LOST:
		return unconfirmed(rq);
	case DATABASE_AWAY:
	case DATABASE_LATE:
	case DATABASE_REPLACED: /* during an update; see the log */
		return error_answer(rq, "unavailable");
	case DATABASE_BUSY:
		return error_answer(rq, "busy");
	default:
		return error_answer(rq, "internal_error");
	}
}

/* `call` NULL = sign in only. */
static PGresult *run(struct request *rq, const struct statement *call, const char *const *values)
{
	const char *least = role_name(rq->context->route->role);
	const char *caller[] = {rq->context->caller.kind, rq->context->caller.credential, least,
	                        NULL};
	struct database_call calls[2];
	struct database_answer answer;
	int count = 0;

	if (least) {
		if (!rq->context->sign_in_tried && strcmp(rq->context->caller.kind, "none") == 0) {
			rq->context->sign_in_tried = true;
			rq->failure = error_answer(rq, "not_signed_in");
			return NULL;
		}
		rq->context->sign_in_tried = true;
		calls[count++] = (struct database_call){&sql_sign_in, caller, &caller[3]};
	}
	if (call)
		calls[count++] = (struct database_call){call, values, NULL};
	answer = database_run(rq->context->database, rq->arena, calls, count);
	if (least && answer.first)
		rq->context->user = rule_value(answer.first, "username");
	if (answer.outcome == DATABASE_DONE)
		return answer.result;
	rq->failure = failure_of(rq, &answer);
	return NULL;
}

PGresult *rule_rows(struct request *rq, const struct statement *call, const char *const *values)
{
	return run(rq, call, values);
}

bool rule_has_row(struct request *rq, const struct statement *call, const PGresult *rows)
{
	if (PQntuples(rows) > 0)
		return true;
	log_event(LOG_LEVEL_ERROR, "no_row", "statement", call->name, NULL);
	rq->failure = error_answer(rq, "internal_error");
	return false;
}

PGresult *rule_call(struct request *rq, const struct statement *call, const char *const *values)
{
	PGresult *rows = run(rq, call, values);

	return rows && rule_has_row(rq, call, rows) ? rows : NULL;
}

bool rule_sign_in(struct request *rq)
{
	return run(rq, NULL, NULL) != NULL;
}

/* If SQL gives no tag, as for a list, the text itself is hashed. */
static const char *text_tag(struct request *rq, const char *text, size_t length)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	char *hex = arena_take(rq->arena, 2 * sizeof hash + 1);

	crypto_generichash(hash, sizeof hash, (const unsigned char *)text, length, NULL, 0);
	return sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
}

struct response *rule_answer(struct request *rq, const struct statement *call,
                             const char *const *values)
{
	PGresult *result = rule_call(rq, call, values);
	const char *status, *body, *etag, *location;
	struct response *rs;

	if (!result)
		return rq->failure;
	status = rule_value(result, "status");
	body = rule_value(result, "body");
	etag = rule_value(result, "etag");
	location = rule_value(result, "location");
	rs = response_new(rq, status ? (int)strtol(status, NULL, 10) : 500);
	if (body) {
		rs->content_type = "application/json";
		rs->body = body;
		rs->length = strlen(body);
	}
	if (location)
		response_header(rq, rs, "Location",
		                arena_print(rq->arena, "%s%s", request_prefix(rq), location));
	if (etag)
		response_tag(rq, rs, etag);
	else if (rq->method == METHOD_GET && rs->status == 200 && body)
		response_tag(rq, rs, text_tag(rq, body, rs->length));
	rs->wakes_feed = rs->status < 300 && rq->context->route->kind == CALL_FEEDS;
	return rs;
}
