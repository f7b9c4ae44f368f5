/*
 * Requests: from FastCGI parameters to checked values.  Nothing in a request is trusted except what
 * nginx itself sets (REQUEST_ID, REMOTE_ADDR, REMOTE_USER, HTTPS, SCRIPT_NAME).
 */
#include "config.h"
#include "http/request.h"
#include "base/password.h"
#include "base/utf8.h"
#include "http/decode.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

const char *request_param(const struct request *rq, const char *name)
{
	size_t length = strlen(name);

	for (char **at = rq->parameters; at && *at; at++)
		if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
			return *at + length + 1;
	return NULL;
}

const char *request_header(const struct request *rq, const char *name)
{
	const char *value = request_param(rq, arena_print(rq->arena, "HTTP_%s", name));

	return value && *value ? value : NULL;
}

/* SQL accepts no invalid UTF-8.  No tag has any, so such a header matches nothing. */
const char *request_if_match(const struct request *rq)
{
	const char *value = request_header(rq, "IF_MATCH");

	return value && utf8_length(value, strlen(value)) < 0 ? "invalid" : value;
}

const char *request_value(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->value_count; i++)
		if (strcmp(rq->values[i].name, name) == 0)
			return rq->values[i].value;
	return "";
}

const char *request_query(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->query_count; i++)
		if (strcmp(rq->query[i].name, name) == 0)
			return rq->query[i].value;
	return NULL;
}

ptrdiff_t request_read(struct request *rq, void *bytes, size_t size)
{
	int wanted = size > INT_MAX ? INT_MAX : (int)size;
	int got;

	if (!rq->input)
		return 0;
	got = FCGX_GetStr(bytes, wanted, rq->input);
	if (got < wanted && FCGX_GetError(rq->input))
		return -1;
	rq->body_read += got;
	if (got == 0 && rq->content_length >= 0 && rq->body_read != rq->content_length)
		return -1;
	return got;
}

static enum method method_of(const char *name)
{
	static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum method)i;
	return METHOD_OTHER;
}

/* nginx's id if it looks like one, else a new one. */
static const char *id_of(const struct request *rq)
{
	const char *given = request_param(rq, "REQUEST_ID");
	unsigned char random[16];
	char *id;

	if (given && *given && strlen(given) <= 64 &&
	    given[strspn(given, "0123456789abcdefABCDEF-")] == '\0')
		return given;
	randombytes_buf(random, sizeof random);
	id = arena_take(rq->arena, 2 * sizeof random + 1);
	return sodium_bin2hex(id, 2 * sizeof random + 1, random, sizeof random);
}

const char *request_prefix(const struct request *rq)
{
	const char *prefix = request_param(rq, "SCRIPT_NAME");

	return prefix ? prefix : "";
}

/* The path below the prefix, as the client sent it; it is decoded after the split at '/'. */
static const char *path_of(const struct request *rq, const char *uri, size_t length)
{
	const char *prefix = request_prefix(rq);
	size_t own = strlen(prefix);

	if (own && own < length && strncmp(uri, prefix, own) == 0 && uri[own] == '/') {
		uri += own;
		length -= own;
	}
	return arena_copy(rq->arena, uri, length);
}

static bool read_length(struct request *rq)
{
	const char *given = request_param(rq, "CONTENT_LENGTH");

	rq->content_length = -1;
	if (!given || !*given)
		return true;
	if (*given == '-' || !number_in_range(given, 0, INT64_MAX))
		return false;
	rq->content_length = strtoimax(given, NULL, 10);
	return true;
}

/* The value of a cookie in a Cookie header; NULL if it is absent. */
const char *cookie_value(struct arena *arena, const char *header, const char *name)
{
	size_t own = strlen(name);

	while (header && *header) {
		size_t length;

		header += strspn(header, " \t;");
		length = strcspn(header, ";");
		if (length > own && strncmp(header, name, own) == 0 && header[own] == '=') {
			const char *value = header + own + 1;
			size_t room = length - own - 1;

			while (room && (value[room - 1] == ' ' || value[room - 1] == '\t'))
				room--;
			return arena_copy(arena, value, room);
		}
		header += length;
	}
	return NULL;
}

bool request_is_secure(const struct request *rq)
{
	const char *https = request_param(rq, "HTTPS");
	const char *scheme = request_param(rq, "REQUEST_SCHEME");

	return (https && strcasecmp(https, "on") == 0) || (scheme && strcmp(scheme, "https") == 0);
}

enum origin request_origin(const struct request *rq)
{
	const char *site = request_header(rq, "SEC_FETCH_SITE");
	const char *origin = request_header(rq, "ORIGIN");
	const char *host = request_header(rq, "HOST");
	bool is_ours;

	if (!site && !origin)
		return ORIGIN_UNTOLD;
	if (site)
		is_ours = strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
	else
		is_ours =
		    host && strcasecmp(origin, arena_print(rq->arena, "%s://%s",
		                                           request_is_secure(rq) ? "https" : "http",
		                                           host)) == 0;
	return is_ours ? ORIGIN_OURS : ORIGIN_FOREIGN;
}

bool request_says_json(const struct request *rq)
{
	static const char json[] = "application/json";
	const char *type = request_param(rq, "CONTENT_TYPE");

	return type && strcspn(type, "; \t") == sizeof json - 1 &&
	       strncasecmp(type, json, sizeof json - 1) == 0;
}

const char *request_begin(struct request *rq)
{
	const char *method = request_param(rq, "REQUEST_METHOD");
	const char *uri = request_param(rq, "REQUEST_URI");
	const char *query;
	size_t length;

	rq->id = id_of(rq);
	rq->is_head = method && strcmp(method, "HEAD") == 0;
	rq->method = rq->is_head ? METHOD_GET : method_of(method);
	if (!uri)
		uri = "";
	length = strcspn(uri, "?");
	rq->path = path_of(rq, uri, length);
	if (!read_length(rq))
		return "invalid_length";
	query = uri[length] == '?' ? uri + length + 1 : "";
	if (!decode_pairs(rq->arena, query, strlen(query), rq->query, PAIRS_MAXIMUM,
	                  &rq->query_count))
		return "invalid_query";
	return NULL;
}
