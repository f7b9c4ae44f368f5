/*
 * Item routes: check the types of the members that a client sends and pass the known ones to SQL.
 */
#include "config.h"
#include "base/facts.h"
#include "api/members.h"
#include "http/errors.h"
#include "http/query.h"
#include "api/routes/readers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As many part numbers as a request may name, with commas. */
enum { NAMES_BYTES = LIMIT_part_numbers * (LIMIT_part_number + 1) };

/*
 * Takes one of two names of a parameter and refuses both together: which one counts would be a
 * guess.
 */
static bool only_one(struct request *rq, const char *first, const char *second)
{
	if (!request_query(rq, first) || !request_query(rq, second))
		return true;
	rq->failure = error_value(rq, second, arena_print(rq->arena, "left out beside %s", first));
	return false;
}

/* Clients that know no cursor count rows (`offset`) or pages (`page`, from 1); NULL for neither. */
static bool list_offset(struct request *rq, const char *limit, const char **offset)
{
	const int64_t rows = strtol(limit, NULL, 10);
	const char *page;

	if (!only_one(rq, "cursor", "offset") || !only_one(rq, "cursor", "page") ||
	    !only_one(rq, "offset", "page") ||
	    !request_query_number(rq, "offset", 0, LIMIT_offset, offset) ||
	    !request_query_number(rq, "page", 1, LIMIT_offset / rows, &page))
		return false;
	if (page)
		*offset = arena_print(rq->arena, "%" PRId64, (strtol(page, NULL, 10) - 1) * rows);
	return true;
}

bool read_item_list(struct request *rq, const char **values)
{
	const char *words = request_query(rq, "q") ? "q" : "search";

	return read_limit_and_cursor(rq, &values[6], &values[7]) &&
	       list_offset(rq, values[6], &values[8]) && only_one(rq, "q", "search") &&
	       request_query_text(rq, words, LIMIT_search, &values[0]) &&
	       request_query_text(rq, "type", WORD_MOST, &values[1]) &&
	       request_query_text(rq, "project", LIMIT_project, &values[2]) &&
	       request_query_text(rq, "lock", WORD_MOST, &values[3]) &&
	       request_query_text(rq, "sort", WORD_MOST, &values[4]) &&
	       request_query_text(rq, "part_numbers", NAMES_BYTES, &values[5]);
}

/* Adds a text member, if present, to what SQL gets. */
static bool keep_text(struct request *rq, json_object *from, json_object *to, const char *name,
                      size_t most)
{
	const char *text = NULL;

	if (!body_text_member(rq, from, name, most, &text))
		return false;
	if (text)
		json_object_object_add(to, name, json_object_new_string(text));
	return true;
}

static void release(void *object)
{
	json_object_put(object);
}

/*
 * Other clients name the project in a list, `projects`.  An item has at most one: a list of one
 * becomes `project`; a longer one is refused, because dropping the rest would lose it silently.
 */
static bool keep_projects(struct request *rq, json_object *from, json_object *to)
{
	json_object *list, *code = NULL, *said = json_object_object_get(to, "project");

	if (!json_object_object_get_ex(from, "projects", &list) || !list)
		return true;
	if (json_object_is_type(list, json_type_array)) {
		if (json_object_array_length(list) == 1)
			code = json_object_get(json_object_array_get_idx(list, 0));
		else if (json_object_array_length(list) == 0)
			code = json_object_new_string("");
		arena_tie(rq->arena, release, code);
	}
	if (!json_object_is_type(code, json_type_string) ||
	    (said && !json_object_equal(said, code))) {
		rq->failure = error_value(
		    rq, "projects", "a list of at most one project code: an item has one project");
		return false;
	}
	json_object_object_add(to, "project", json_object_get(code));
	return true;
}

/*
 * The known members of an item's body, with checked types, as JSON text, and the lease that it
 * names.
 */
static bool read_item(struct request *rq, bool is_new, const char **kept, const char **lease)
{
	json_object *body, *item = json_object_new_object(), *properties;
	const char *unused = NULL, *text;

	arena_tie(rq->arena, release, item);
	/* SQL judges the part number: 400, however long it is. */
	if (!body_object(rq, &body) ||
	    (is_new && !keep_text(rq, body, item, "part_number", INT32_MAX)) ||
	    (is_new && !keep_text(rq, body, item, "category", WORD_MOST)) ||
	    !keep_text(rq, body, item, "item_type", WORD_MOST) ||
	    !keep_text(rq, body, item, "description", LIMIT_description) ||
	    !keep_text(rq, body, item, "project", LIMIT_project) ||
	    !keep_projects(rq, body, item) || !member_lease_id(rq, body, lease) ||
	    !body_object_member(rq, body, "properties", &unused))
		return false;
	if (json_object_object_get_ex(body, "properties", &properties) && properties)
		json_object_object_add(item, "properties", json_object_get(properties));
	text = json_object_to_json_string_ext(item, JSON_C_TO_STRING_PLAIN);
	*kept = arena_copy(rq->arena, text, strlen(text));
	return true;
}

bool read_item_create(struct request *rq, const char **values)
{
	const char *lease = NULL; /* a new item has none */

	return read_item(rq, true, &values[0], &lease);
}

bool read_item_update(struct request *rq, const char **values)
{
	values[0] = request_value(rq, "pn");
	values[1] = request_if_match(rq);
	return read_item(rq, false, &values[2], &values[3]);
}

bool read_item_archive(struct request *rq, const char **values)
{
	values[0] = request_value(rq, "pn");
	values[1] = request_if_match(rq);
	return request_query_number(rq, "lease_id", 1, LEASE_ID_MOST, &values[2]);
}
