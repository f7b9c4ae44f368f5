/*
 * What all lists share: `limit` (50, at most 1000) and `cursor`.
 */
#ifndef SILO_API_ROUTES_LIST_H
#define SILO_API_ROUTES_LIST_H

#include "http/query.h"

static inline bool list_page(struct request *rq, const char **limit, const char **cursor)
{
	if (!request_query_number(rq, "limit", 1, 1000, limit) ||
	    !request_query_text(rq, "cursor", 2000, cursor))
		return false;
	if (!*limit)
		*limit = "50";
	return true;
}

#endif
