/*
 * Signing in and out, the caller's data, the caller's password.  Passwords are verified here,
 * because SQL must not spend 70 ms on argon2id inside a transaction; SQL decides who may try again,
 * and when.
 */
#include "config.h"
#include "base/utf8.h"
#include "api/members.h"
#include "http/form.h"
#include "base/password.h"
#include "base/facts.h"
#include "api/routes/readers.h"
#include "api/rule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct attempt {
	const char *username, *password, *next, *address;
	bool is_form;
};

static bool read_form_attempt(struct request *rq, struct attempt *attempt)
{
	struct form form;

	attempt->is_form = true;
	if (!form_read(rq, &form))
		return false;
	attempt->username = form_value(&form, "username");
	attempt->password = form_value(&form, "password");
	attempt->next = form_value(&form, "next");
	return true;
}

static bool read_attempt(struct request *rq, struct attempt *attempt)
{
	json_object *body;

	*attempt = (struct attempt){.address = request_param(rq, "REMOTE_ADDR")};
	if (!attempt->address)
		attempt->address = "";
	if (form_is_sent(rq)) {
		if (!read_form_attempt(rq, attempt))
			return false;
	} else if (!body_object(rq, &body) ||
	           !body_text_member(rq, body, "username", LIMIT_password, &attempt->username) ||
	           !body_text_member(rq, body, "password", LIMIT_password, &attempt->password) ||
	           !body_text_member(rq, body, "next", 2000, &attempt->next)) {
		return false;
	}
	if (!attempt->next)
		attempt->next = request_query(rq, "next");
	if (!body_needs(rq, "username", attempt->username) ||
	    !body_needs(rq, "password", attempt->password))
		return false;
	if (utf8_length(attempt->password, strlen(attempt->password)) > LIMIT_password) {
		rq->failure = error_length(rq, "password", 0, LIMIT_password);
		return false;
	}
	return true;
}

static struct response *too_many(struct request *rq, const char *seconds)
{
	struct response *rs = error_answer(rq, "too_many_attempts");

	response_header(rq, rs, "Retry-After", seconds);
	return rs;
}

/*
 * The database decides how long a session lives, and extends it with every use; the cookie must
 * only not end earlier.  Browsers keep one for at most 400 days (RFC 6265bis, 5.5).
 */
enum { COOKIE_SECONDS = 400 * 86400 };

static const char *cookie(struct request *rq, const char *value, int64_t seconds)
{
	const char *prefix = request_prefix(rq);

	return arena_print(
	    rq->arena, "silo_session=%s; Path=%s; Max-Age=%" PRId64 "; HttpOnly; SameSite=Strict%s",
	    value, *prefix ? prefix : "/", seconds, request_is_secure(rq) ? "; Secure" : "");
}

/*
 * `next` as a Location: it is a path as the browser sees it, so it has the prefix or gets it.
 * Anything that could leave this site becomes the start page.
 */
static const char *destination(struct request *rq, const char *next)
{
	const char *prefix = request_prefix(rq);
	size_t own = strlen(prefix);

	if (!next || strlen(next) > 2000 || !is_local_path(next))
		next = "/";
	if (own && strncmp(next, prefix, own) == 0 && (next[own] == '/' || !next[own]))
		return next;
	return arena_print(rq->arena, "%s%s", prefix, next);
}

static struct response *welcome(struct request *rq, const struct attempt *attempt,
                                const char *secret)
{
	struct response *rs = response_new(rq, attempt->is_form ? 303 : 204);

	response_header(rq, rs, "Set-Cookie", cookie(rq, secret, COOKIE_SECONDS));
	response_header(rq, rs, "Cache-Control", "no-store");
	if (attempt->is_form)
		response_header(rq, rs, "Location", destination(rq, attempt->next));
	return rs;
}

struct response *sign_in_login(struct request *rq)
{
	const char *secret = secret_new(rq->arena, "");
	const char *seconds, *wait;
	struct attempt attempt;
	PGresult *found;
	bool fits;

	if (request_origin(rq) == ORIGIN_FOREIGN)
		return error_answer(rq, "cross_site");
	if (!read_attempt(rq, &attempt))
		return rq->failure;
	found = rule_call(rq, &sql_login_start, VALUES(attempt.username, attempt.address));
	if (!found)
		return rq->failure;
	wait = rule_value(found, "wait_seconds");
	if (wait && strcmp(wait, "0") != 0)
		return too_many(rq, wait);
	fits = password_fits(rule_value(found, "password_hash"), attempt.password);
	seconds = arena_print(rq->arena, "%" PRId64, rq->context->settings->session_seconds);
	found = rule_call(rq, &sql_login_finish,
	                  VALUES(attempt.username, attempt.address, fits ? "true" : "false",
	                         secret_hash(rq->arena, secret), seconds));
	if (!found)
		return rq->failure;
	if (strcmp(rule_value(found, "status"), "204") != 0)
		return error_answer(rq, "wrong_credentials");
	return welcome(rq, &attempt, secret);
}

struct response *sign_in_logout(struct request *rq)
{
	const char *secret = cookie_value(rq->arena, request_header(rq, "COOKIE"), "silo_session");
	struct response *rs;

	if (secret && *secret) {
		if (request_origin(rq) == ORIGIN_FOREIGN)
			return error_answer(rq, "cross_site");
		if (!rule_call(rq, &sql_logout, VALUES(secret_hash(rq->arena, secret))))
			return rq->failure;
	}
	rs = response_new(rq, form_is_sent(rq) ? 303 : 204);
	if (rs->status == 303)
		response_header(rq, rs, "Location", destination(rq, NULL));
	response_header(rq, rs, "Set-Cookie", cookie(rq, "", 0));
	return rs;
}

/* Only this code, not the database, knows how the caller signed in. */
bool read_auth_me(struct request *rq, const char **values)
{
	values[0] = strncmp(rq->context->caller.kind, "remote", 6) == 0 ? "remote"
	                                                                : rq->context->caller.kind;
	return true;
}

struct response *password_change(struct request *rq)
{
	const char *current = NULL, *wanted = NULL, *hash;
	bool by_session = strcmp(rq->context->caller.kind, "session") == 0;
	json_object *body;
	PGresult *found;

	if (!body_object(rq, &body) ||
	    !body_text_member(rq, body, "current", LIMIT_password, &current) ||
	    !body_text_member(rq, body, "new", LIMIT_password, &wanted) ||
	    !body_needs(rq, "current", current) || !body_needs(rq, "new", wanted))
		return rq->failure;
	if (utf8_length(wanted, strlen(wanted)) < LIMIT_password_least)
		return error_length(rq, "new", LIMIT_password_least, LIMIT_password);
	found = rule_call(rq, &sql_password_hash, NO_VALUES);
	if (!found)
		return rq->failure;
	if (!password_fits(rule_value(found, "hash"), current))
		return error_field(rq, "wrong_password", "current");
	hash = password_hash(rq->arena, wanted);
	if (!hash)
		return error_answer(rq, "unavailable");
	return rule_answer(rq, &rq->context->route->call,
	                   VALUES(hash, by_session ? rq->context->caller.credential : NULL));
}
