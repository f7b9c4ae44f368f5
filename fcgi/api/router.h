/*
 * The route table and how a request finds its row.  The table (routes.c) is the only place that
 * names methods, patterns and roles; 404, 405 with Allow, HEAD, `silo-api --routes`, the role
 * matrix and the check of doc/openapi.yaml all walk it.
 */
#ifndef SILO_API_ROUTER_H
#define SILO_API_ROUTER_H

#include "http/request.h"
#include "http/response.h"

typedef struct response *handler(struct request *rq);

struct route {
	enum method method;
	const char *pattern; /* "/api/items/:pn/lock"; ":pn" part number, ":uuid", ":n",
	                        ":username", ":id" */
	enum role role;      /* the least */
	handler *handle;
	/* All parameters of a list, or of an act on many: "q limit"; NULL = no other is refused. */
	const char *query;
};

/* Ends with a NULL pattern. */
extern const struct route routes[];

/* Finds the route, decodes and checks the path's values.  False: rq->failure (400, 404, 405). */
bool router_find(struct request *rq, const struct route *table);

/*
 * A parameter that such a route does not know, or one that is there twice, may be a filter: passed
 * over, it would change what the answer means, or how many locks end.  `_` is what clients put
 * there against caches.  NULL = none.
 */
struct response *router_refuse_query(struct request *rq);

/* Prints "METHOD pattern role" for each route, and after it the parameters of a list. */
void router_print(const struct route *table);

const char *method_name(enum method method);

/* "viewer" …; "" for ROLE_ANY, NULL for ROLE_PUBLIC. */
const char *role_name(enum role role);

#endif
