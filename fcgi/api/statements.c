/*
 * The calls that are no route's own, and the list of all.  Only calls: every rule is in
 * sql/functions.
 */
#include "config.h"
#include "api/statements.h"
#include "api/router.h"

#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MOST = 128 };

const struct statement sql_sign_in =
    STATEMENT_ROWS("username", sign_in, "$1, $2, $3, $4::double precision");

const struct statement sql_login_start =
    STATEMENT_ROWS("password_hash, wait_seconds", login_start, "$1, $2");
/* What a late one makes, nobody has the secret of: so these two don't look at the clock again. */
const struct statement sql_login_finish =
    STATEMENT_ASKS(login_finish, "$1, $2, $3::boolean, $4, $5::integer");
const struct statement sql_logout = {"logout", "select silo.logout($1)"};

const struct statement sql_password_hash = {"password_hash",
                                            "select hash from silo.password_hash() as hash"};
const struct statement sql_upload_check =
    STATEMENT_ASKS(upload_check, "$1, $2, $3::integer, $4::boolean, $5::bigint");
const struct statement sql_ready = STATEMENT_ROWS("mode, sse_clients", ready, "");
const struct statement sql_metrics = STATEMENT_ROWS("name, labels, value", metrics, "");

static const struct statement *const further[] = {
    &sql_sign_in,       &sql_login_start,  &sql_login_finish, &sql_logout,
    &sql_password_hash, &sql_upload_check, &sql_ready,        &sql_metrics,
};

static const struct statement *all[STATEMENTS_MOST + 1];

/* Two routes may share a function. */
static void add(size_t *count, const struct statement *one)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(all[i]->name, one->name) == 0)
			return;
	if (*count == STATEMENTS_MOST)
		abort();
	all[(*count)++] = one;
}

const struct statement *const *statements_all(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof further / sizeof *further; i++)
		add(&count, further[i]);
	for (const struct route *route = routes; route->pattern; route++)
		if (route->call.name)
			add(&count, &route->call);
	all[count] = NULL;
	return all;
}
