/*
 * The readers that many routes share.
 */
#include "config.h"
#include "base/facts.h"
#include "http/decode.h"
#include "http/errors.h"
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
	if (!request_query_number(rq, "limit", 1, LIMIT_page, limit) ||
	    !request_query_text(rq, "cursor", LIMIT_cursor, cursor))
		return false;
	if (!*limit)
		*limit = arena_print(rq->arena, "%d", LIMIT_page_default);
	return true;
}

bool read_page(struct request *rq, const char **values)
{
	const char **page = &values[rq->value_count];

	return read_path(rq, values) && read_limit_and_cursor(rq, &page[0], &page[1]);
}

/* 1 … 2^31-1, or "latest"; no number in the path also means the latest. */
bool read_revision(struct request *rq, const char **values)
{
	const char *n = rq->value_count > 1 ? request_value(rq, "n") : "latest";

	values[0] = request_value(rq, "pn");
	if (strcmp(n, "latest") == 0)
		return true;
	if (!number_in_range(n, 1, INT32_MAX)) {
		rq->failure = error_answer(rq, "revision_not_found");
		return false;
	}
	values[1] = n;
	return true;
}
