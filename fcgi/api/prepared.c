/*
 * The statements of the routes, and those that belong to no single route.
 */
#include "config.h"
#include "api/prepared.h"
#include "api/router.h"

#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MOST = 128 };

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
