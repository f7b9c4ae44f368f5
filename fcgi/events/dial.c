/*
 * Rotates the list of hosts.
 */
#include "config.h"
#include "events/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * "a,b,c" rotated by one is "b,c,a"; a list of one stays as it is.  The caller frees it; NULL for
 * none.
 */
static char *turn(const char *list, unsigned by)
{
	char *turned = list && strchr(list, ',') ? strdup(list) : NULL;

	for (; turned && by > 0; by--) {
		size_t head = strcspn(turned, ","), whole = strlen(turned);
		char *next;

		if (asprintf(&next, "%s,%.*s", turned + (head < whole ? head + 1 : head), (int)head,
		             turned) < 0)
			next = NULL;
		free(turned);
		turned = next;
	}
	return turned;
}

/*
 * A dead host doesn't answer, and asynchronous libpq has no timeout after which it would try the
 * next one.  So each try begins with another host.
 */
PGconn *dial(const char *database, unsigned first_host)
{
	const char *const lists[] = {"host", "hostaddr", "port"};
	const char *keys[8] = {"dbname", "application_name", "keepalives_idle", "tcp_user_timeout"};
	const char *values[8] = {database, "silo-events", "10", "15000"};
	PQconninfoOption *given = PQconninfoParse(database, NULL);
	char *turned[3] = {NULL, NULL, NULL};
	PGconn *connection;
	int count = 4;

	for (const PQconninfoOption *option = given; option && option->keyword; option++) {
		for (int i = 0; i < 3; i++) {
			if (strcmp(option->keyword, lists[i]) != 0 ||
			    !(turned[i] = turn(option->val, first_host)))
				continue;
			keys[count] = lists[i];
			values[count++] = turned[i];
		}
	}
	keys[count] = values[count] = NULL;
	connection = PQconnectStartParams(keys, values, 1);
	PQconninfoFree(given);
	for (int i = 0; i < 3; i++)
		free(turned[i]);
	return connection;
}
