/*
 * The caller's claim: bearer token, session cookie, or the name that nginx vouches for.
 */
#include "config.h"
#include "caller/caller.h"
#include "base/password.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>

struct caller caller_read(const struct request *rq, const struct settings *settings)
{
	const char *authorization = request_header(rq, "AUTHORIZATION");
	const char *session = cookie_value(rq->arena, request_header(rq, "COOKIE"), "silo_session");
	const char *remote = request_param(rq, "REMOTE_USER");

	/* Other Authorization schemes are for nginx. */
	if (authorization && strncasecmp(authorization, "Bearer ", 7) == 0) {
		authorization += 7 + strspn(authorization + 7, " ");
		return (struct caller){"token", secret_hash(rq->arena, authorization)};
	}
	if (session && *session)
		return (struct caller){"session", secret_hash(rq->arena, session)};
	if (settings->trust_remote_user && remote && *remote &&
	    utf8_length(remote, strlen(remote)) > 0)
		return (struct caller){
		    *settings->remote_user_role
		        ? arena_print(rq->arena, "remote:%s", settings->remote_user_role)
		        : "remote",
		    remote};
	return (struct caller){"none", ""};
}
