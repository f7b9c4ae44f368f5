/*
 * Query parameters, each read as the type it must have.
 */
#include "config.h"
#include "http/query.h"
#include "base/utf8.h"
#include "http/decode.h"
#include "http/errors.h"

#include <string.h>

static bool fail(struct request *rq, struct response *answer)
{
	rq->failure = answer;
	return false;
}

bool request_query_text(struct request *rq, const char *name, size_t most, const char **value)
{
	*value = request_query(rq, name);
	if (*value && utf8_length(*value, strlen(*value)) > (ptrdiff_t)most)
		return fail(rq, error_length(rq, name, 0, most));
	return true;
}

bool request_query_number(struct request *rq, const char *name, int64_t least, int64_t most,
                          const char **value)
{
	*value = request_query(rq, name);
	if (*value && !number_in_range(*value, least, most))
		return fail(rq, error_range(rq, name, least, most));
	return true;
}

bool request_query_flag(struct request *rq, const char *name, bool *value)
{
	static const char *const words[] = {"false", "true", "0", "1", "no", "yes"};
	const char *given = request_query(rq, name);

	if (!given)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(given, words[i]) == 0) {
			*value = i % 2 == 1;
			return true;
		}
	}
	return fail(rq, error_value(rq, name, "true or false"));
}
