/*
 * Users, for admins.
 */
#include "config.h"
#include "base/utf8.h"
#include "api/members.h"
#include "base/password.h"
#include "base/facts.h"
#include "api/routes/readers.h"
#include "api/rule.h"

#include <string.h>

/* The hash of the password in the body, or NULL without one. */
static bool read_password(struct request *rq, json_object *body, const char **hash)
{
	const char *password = NULL;

	if (!body_text_member(rq, body, "password", LIMIT_password, &password))
		return false;
	if (!password)
		return true;
	if (utf8_length(password, strlen(password)) < LIMIT_password_least) {
		rq->failure = error_length(rq, "password", LIMIT_password_least, LIMIT_password);
		return false;
	}
	/* Hashing costs 70 ms: only an admin may make the server do it. */
	if (!rule_sign_in(rq))
		return false;
	*hash = password_hash(rq->arena, password);
	if (!*hash)
		rq->failure = error_answer(rq, "unavailable");
	return *hash != NULL;
}

struct response *user_create(struct request *rq)
{
	const char *username = NULL, *display_name = NULL, *role = NULL, *hash = NULL;
	json_object *body;

	if (!body_object(rq, &body) ||
	    !body_text_member(rq, body, "username", WORD_MOST, &username) ||
	    !body_text_member(rq, body, "display_name", LIMIT_display_name, &display_name) ||
	    !body_text_member(rq, body, "role", WORD_MOST, &role) ||
	    !body_needs(rq, "username", username) || !body_needs(rq, "role", role) ||
	    !read_password(rq, body, &hash))
		return rq->failure;
	return rule_answer(rq, &rq->context->route->call,
	                   VALUES(username, display_name, role, hash));
}

struct response *user_update(struct request *rq)
{
	const char *display_name = NULL, *role = NULL, *hash = NULL;
	json_object *body, *unused;
	bool active = true, has_active;

	if (!body_object(rq, &body) ||
	    !body_text_member(rq, body, "display_name", LIMIT_display_name, &display_name) ||
	    !body_text_member(rq, body, "role", WORD_MOST, &role) ||
	    !body_flag_member(rq, body, "active", &active) || !read_password(rq, body, &hash))
		return rq->failure;
	has_active = json_object_object_get_ex(body, "active", &unused) && unused;
	return rule_answer(rq, &rq->context->route->call,
	                   VALUES(request_value(rq, "username"), role,
	                          !has_active ? NULL
	                          : active    ? "true"
	                                      : "false",
	                          display_name, hash));
}
