/*
 * A route, the table of all routes, and how a request finds its route.  The table is routes.def;
 * 404, 405 with Allow, HEAD, `silo-api --routes` and everything else that file names are made from
 * it.
 */
#ifndef SILO_API_ROUTER_H
#define SILO_API_ROUTER_H

#include "api/context.h"
#include "http/request.h"
#include "http/response.h"
#include "api/statements.h"

/* Who may call a route: anyone, any signed-in user, or a user of at least that role. */
enum role {
	ROLE_PUBLIC,
	ROLE_ANY,
#define ROLE(name, word) ROLE_##name,
#include "base/facts.def"
};

/* What the SQL call of a route does. */
enum call_kind {
	CALL_NONE, /* the route has none, or more than one */
	CALL_ASKS,
	CALL_CHANGES,
	CALL_FEEDS /* changes, with an event in the feed: wakes silo-events */
};

/*
 * Reads the values of the call from the request: values[0] is $1; there are at most VALUES_MOST,
 * and each is NULL (SQL null) at first.  Only reads: dispatch makes the call.  False: rq->failure.
 */
typedef bool values_reader(struct request *rq, const char **values);

/* Makes the answer from the rows of the call; there may be none. */
typedef struct response *finisher(struct request *rq, PGresult *rows);

/* Handles the whole request, including its calls. */
typedef struct response *handler(struct request *rq);

struct route {
	enum method method;
	const char *pattern; /* "/api/items/:pn/lock"; ":pn" is checked as a part number */
	enum role role;      /* the least */
	enum call_kind kind;
	struct statement call; /* name NULL = none */
	values_reader *read;   /* NULL = the call has no values */
	finisher *finish;      /* NULL = the call returns the answer */
	handler *handle;       /* instead of read, call and finish */
	/*
	 * All parameters of a list, or of an action on many items, as in "q limit"; NULL = refuse
	 * no other.
	 */
	const char *query;
};

/* Ends with a NULL pattern. */
extern const struct route routes[];

/* Finds the route, decodes and checks the path's values.  False: rq->failure (400, 404, 405). */
bool router_find(struct request *rq, const struct route *table);

/*
 * Refuses a parameter that such a route doesn't know, or that is given twice: it may be a filter,
 * and ignoring it would change what the answer means or how many locks end.  `_`, which clients
 * send against caches, is ignored.  NULL = nothing to refuse.
 */
struct response *router_refuse_query(struct request *rq);

/*
 * Prints "METHOD pattern role kind function" for each route ("-" for no function), and of a list
 * "list" and its parameters after it.
 */
void router_print(const struct route *table);

const char *method_name(enum method method);

/* "viewer" …; "" for ROLE_ANY, NULL for ROLE_PUBLIC. */
const char *role_name(enum role role);

#endif
