/*
 * The readers that many routes share.
 */
#include "config.h"
#include "http/query.h"
#include "api/routes/readers.h"

#include <string.h>

bool read_path(struct request *rq, const char **values)
{
	for (size_t i = 0; i < rq->value_count; i++)
		values[i] = rq->values[i].value;
	return true;
}

bool read_limit_and_cursor(struct request *rq, const char **limit, const char **cursor)
{
	if (!request_query_number(rq, "limit", 1, 1000, limit) ||
	    !request_query_text(rq, "cursor", 2000, cursor))
		return false;
	if (!*limit)
		*limit = "50";
	return true;
}

bool read_page(struct request *rq, const char **values)
{
	const char **page = &values[rq->value_count];

	return read_path(rq, values) && read_limit_and_cursor(rq, &page[0], &page[1]);
}

bool read_revision(struct request *rq, const char **values)
{
	values[0] = request_value(rq, "pn");
	return strstr(rq->route->pattern, "/:n") == NULL || request_revision(rq, &values[1]);
}
