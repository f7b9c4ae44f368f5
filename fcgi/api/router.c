/*
 * Routing by the raw path: first split at '/', then each segment is decoded once, so an encoded
 * slash can never name another route.
 */
#include "config.h"
#include "api/router.h"
#include "base/facts.h"
#include "base/part_number.h"
#include "http/decode.h"
#include "http/errors.h"

#include <stdio.h>
#include <string.h>

enum { SEGMENTS_MAXIMUM = 8 };

struct segment {
	const char *text;
	size_t length;
};

struct path {
	struct segment segments[SEGMENTS_MAXIMUM];
	size_t count; /* SEGMENTS_MAXIMUM + 1 = too many */
};

static struct path split(const char *text)
{
	struct path path = {.count = 0};

	if (*text != '/')
		return path;
	while (*text == '/' && path.count <= SEGMENTS_MAXIMUM) {
		size_t length = strcspn(++text, "/");

		if (path.count < SEGMENTS_MAXIMUM)
			path.segments[path.count] = (struct segment){text, length};
		path.count++;
		text += length;
	}
	return path;
}

static bool fits(const struct path *path, const struct path *pattern)
{
	if (path->count != pattern->count || path->count > SEGMENTS_MAXIMUM)
		return false;
	for (size_t i = 0; i < path->count; i++) {
		const struct segment *own = &path->segments[i], *wanted = &pattern->segments[i];

		if (wanted->length && wanted->text[0] == ':')
			continue;
		if (own->length != wanted->length ||
		    memcmp(own->text, wanted->text, own->length) != 0)
			return false;
	}
	return true;
}

static bool take_values(struct request *rq, const struct path *path, const struct path *pattern)
{
	for (size_t i = 0; i < pattern->count; i++) {
		const struct segment *wanted = &pattern->segments[i], *own = &path->segments[i];
		struct pair *pair = &rq->values[rq->value_count];
		bool is_part_number;

		if (!wanted->length || wanted->text[0] != ':' || rq->value_count == PATH_VALUES)
			continue;
		pair->name = arena_copy(rq->arena, wanted->text + 1, wanted->length - 1);
		pair->value = decode_percent(rq->arena, own->text, own->length, false);
		is_part_number = strcmp(pair->name, "pn") == 0;
		if (is_part_number && (!pair->value || !part_number_is_valid(pair->value))) {
			rq->failure = error_answer(rq, "invalid_part_number");
			return false;
		}
		if (!pair->value) {
			rq->failure = error_answer(rq, "invalid_path");
			return false;
		}
		rq->value_count++;
	}
	return true;
}

static bool refuse_method(struct request *rq, const char *allow)
{
	rq->failure = error_answer(rq, "method_not_allowed");
	response_header(rq, rq->failure, "Allow", allow);
	return false;
}

bool router_find(struct request *rq, const struct route *table)
{
	struct path path = split(rq->path);
	const char *allow = NULL;

	for (const struct route *route = table; route->pattern; route++) {
		struct path pattern = split(route->pattern);

		if (!fits(&path, &pattern))
			continue;
		if (route->method == rq->method) {
			rq->context->route = route;
			return take_values(rq, &path, &pattern);
		}
		allow = arena_print(rq->arena, "%s%s%s%s", allow ? allow : "", allow ? ", " : "",
		                    method_name(route->method),
		                    route->method == METHOD_GET ? ", HEAD" : "");
	}
	if (allow)
		return refuse_method(rq, allow);
	rq->failure = error_answer(rq, "not_found");
	return false;
}

/* Is the word in the list, whose words are separated by blanks? */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t own = strcspn(list, " ");

		if (own == length && length > 0 && memcmp(list, word, own) == 0)
			return true;
		list += own + strspn(list + own, " ");
	}
	return false;
}

/* "limit, cursor, q" */
static const char *with_commas(struct arena *arena, const char *list)
{
	const char *text = "";

	while (*list) {
		size_t own = strcspn(list, " ");

		text = arena_print(arena, "%s%s%.*s", text, *text ? ", " : "", (int)own, list);
		list += own + strspn(list + own, " ");
	}
	return *text ? text : "none";
}

static struct response *refuse_parameter(struct request *rq, const char *code, const char *name,
                                         const char *sentence)
{
	json_object *members = json_object_new_object();

	json_object_object_add(members, "field", json_object_new_string(name));
	return error_saying(rq, code, sentence, members);
}

struct response *router_refuse_query(struct request *rq)
{
	const char *known = rq->context->route->query;

	for (size_t i = 0; known && i < rq->query_count; i++) {
		const char *name = rq->query[i].name;

		if (strcmp(name, "_") == 0)
			continue;
		if (!is_listed(known, name))
			return refuse_parameter(
			    rq, "unknown_parameter", name,
			    arena_print(rq->arena, "This address has no parameter %s; it has %s.",
			                name, with_commas(rq->arena, known)));
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, rq->query[j].name) == 0)
				return refuse_parameter(
				    rq, "invalid_query", name,
				    arena_print(rq->arena, "%s is given twice.", name));
	}
	return NULL;
}

void router_print(const struct route *table)
{
	static const char *const kinds[] = {"-", "asks", "changes", "feeds"};

	for (; table->pattern; table++) {
		const char *role = role_name(table->role);

		printf("%s %s %s %s %s%s%s\n", method_name(table->method), table->pattern,
		       !role   ? "public"
		       : *role ? role
		               : "any",
		       kinds[table->kind], table->call.name ? table->call.name : "-",
		       table->query ? " list " : "", table->query ? table->query : "");
	}
}

const char *method_name(enum method method)
{
	static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "-"};

	return names[method];
}

const char *role_name(enum role role)
{
	return role == ROLE_PUBLIC ? NULL : role == ROLE_ANY ? "" : roles[role - ROLE_ANY - 1];
}
