/*
 * Requests to silo-events, parameter by parameter.  A parameter that this hub doesn't know is
 * refused: it could be a filter, and ignoring it would send events that nobody asked for.
 */
#include "config.h"
#include "events/streams/wish.h"
#include "base/facts.h"
#include "http/decode.h"
#include "http/query.h"

#include <stdlib.h>
#include <string.h>

enum { TYPES_MOST = 32, NONSENSE = -2 };

static bool is_type(const char *word, size_t length)
{
	for (const char *const *type = event_types; *type; type++)
		if (strlen(*type) == length && strncmp(*type, word, length) == 0)
			return true;
	return false;
}

/* A NULL-terminated list in one block, texts behind the pointers: one free releases it. */
static char **list_copy(const char *const *words, const size_t *lengths, size_t count)
{
	size_t size = (count + 1) * sizeof(char *);
	char **list, *to;

	for (size_t i = 0; i < count; i++)
		size += lengths[i] + 1;
	list = calloc(1, size);
	if (!list)
		return NULL;
	to = (char *)(list + count + 1);
	for (size_t i = 0; i < count; i++) {
		list[i] = to;
		memcpy(to, words[i], lengths[i]);
		to += lengths[i] + 1;
	}
	return list;
}

/* types=a,b; false if one is unknown. */
static bool read_types(const char *given, struct filter *filter)
{
	const char *words[TYPES_MOST];
	size_t lengths[TYPES_MOST], count = 0;

	if (!given || !*given)
		return true;
	for (const char *at = given; count < TYPES_MOST; at++) {
		words[count] = at;
		lengths[count] = strcspn(at, ",");
		if (!is_type(at, lengths[count]))
			return false;
		at += lengths[count++];
		if (!*at) {
			filter->types = list_copy(words, lengths, count);
			return filter->types != NULL;
		}
	}
	return false;
}

static bool read_part_numbers(const struct request *rq, struct filter *filter)
{
	const char *words[PAIRS_MAXIMUM];
	size_t lengths[PAIRS_MAXIMUM], count = 0;

	for (size_t i = 0; i < rq->query_count; i++) {
		if (strcmp(rq->query[i].name, "part_number") != 0)
			continue;
		words[count] = rq->query[i].value;
		lengths[count] = strlen(words[count]);
		if (lengths[count] == 0 || lengths[count] > LIMIT_part_number)
			return false;
		count++;
	}
	if (count == 0)
		return true;
	filter->part_numbers = list_copy(words, lengths, count);
	return filter->part_numbers != NULL;
}

/*
 * The header comes before the query, because EventSource repeats it by itself. -1 for none,
 * NONSENSE for nonsense in the query.  Nobody types nonsense into the header: it is an id from
 * another server that was here before.  A refusal would stop an EventSource for good, so it counts
 * as a number that this feed never gave, and the client is told to reload.
 */
static int64_t read_last_event_id(const struct request *rq)
{
	const char *header = request_header(rq, "LAST_EVENT_ID");
	const char *given = header ? header : request_query(rq, "last_event_id");

	if (!given || !*given)
		return -1;
	if (number_in_range(given, 0, INT64_MAX))
		return strtoll(given, NULL, 10);
	return header ? INT64_MAX : NONSENSE;
}

/* The parameters of the stream.  Other clients name their workstation, which filters nothing. */
static const struct {
	const char *name;
	bool may_repeat;
} known[] = {
    {"types", false},         {"part_number", true},    {"mine", false},
    {"last_event_id", false}, {"workstation_id", true}, {"_", true},
};

enum { KNOWN = sizeof known / sizeof *known };

static void refuse(struct wish *wish, const char *fault, const char *field)
{
	wish->fault = fault;
	wish->field = field;
}

/* False, and refuses the request, if a parameter is unknown or given twice. */
static bool query_is_known(const struct request *rq, struct wish *wish)
{
	bool given[KNOWN] = {false};

	for (size_t i = 0; i < rq->query_count; i++) {
		const char *name = rq->query[i].name;
		size_t at = 0;

		while (at < KNOWN && strcmp(known[at].name, name) != 0)
			at++;
		if (at == KNOWN || (given[at] && !known[at].may_repeat)) {
			refuse(wish, at == KNOWN ? "unknown_parameter" : "invalid_query", name);
			return false;
		}
		given[at] = true;
	}
	return true;
}

static void read_stream(struct request *rq, struct wish *wish)
{
	if (!query_is_known(rq, wish))
		return;
	wish->last_event_id = read_last_event_id(rq);
	if (!read_types(request_query(rq, "types"), &wish->filter))
		refuse(wish, "invalid_value", "types");
	else if (!read_part_numbers(rq, &wish->filter))
		refuse(wish, "invalid_value", "part_number");
	else if (!request_query_flag(rq, "mine", &wish->filter.mine))
		refuse(wish, "invalid_value", "mine");
	else if (wish->last_event_id == NONSENSE)
		refuse(wish, "invalid_value", "last_event_id");
}

void wish_read(struct request *rq, struct wish *wish)
{
	*wish = (struct wish){.last_event_id = -1};
	wish->fault = request_begin(rq);
	if (wish->fault)
		return;
	wish->is_health = strcmp(rq->path, "/health") == 0;
	if (rq->method != METHOD_GET)
		wish->fault = "method_not_allowed";
	else if (!wish->is_health && strcmp(rq->path, "/api/events") != 0)
		wish->fault = "not_found";
	else if (!wish->is_health)
		read_stream(rq, wish);
}
