/*
 * Fuzzes the request line and headers: the lines of the input are REQUEST_URI, CONTENT_LENGTH,
 * If-None-Match, Cookie, Authorization and a filename.  What passes must be valid UTF-8 without
 * control of our headers; a path that is found must have a part number by the contract's words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"
#include "caller/caller.h"
#include "api/router.h"
#include "api/routes/readers.h"
#include "request.h"

#define ROUTE(verb, address, least, ...)                                                           \
	{.method = METHOD_##verb, .pattern = address, .role = ROLE_##least},

/* The table without what answers: no reader or handler is linked here. */
static const struct route table[] = {
#include "api/routes.def"
    {.pattern = NULL},
};

static void must(bool true_of_it)
{
	if (!true_of_it)
		abort();
}

static bool is_text(const char *text)
{
	return utf8_length(text, strlen(text)) >= 0;
}

/* What a client said must not end a header line of ours. */
static void check_headers(struct request *rq, const char *filename)
{
	struct response *rs = response_new(rq, 200);

	response_tag(rq, rs, "3.7");
	response_header(rq, rs, "Content-Disposition", response_attachment(rq, filename));
	response_header(rq, rs, "Location", filename);
	for (size_t i = 0; i < rs->header_count; i++)
		must(strpbrk(rs->headers[i].value, "\r\n") == NULL);
	must(rs->status == 200 || rs->status == 304);
}

static void check_route(struct request *rq)
{
	const char *values[VALUES_MOST] = {NULL};

	if (!router_find(rq, table)) {
		must(rq->failure != NULL && rq->failure->status >= 400 &&
		     rq->failure->status < 500);
		return;
	}
	must(rq->context->route != NULL && rq->failure == NULL);
	if (strstr(rq->context->route->pattern, ":pn") != NULL) {
		const char *pn = request_value(rq, "pn");

		must(*pn != '\0' && strlen(pn) <= 64 && *pn != '.' && *pn != '-');
		must(strspn(pn, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		                "0123456789._-") == strlen(pn));
	}
	if (strstr(rq->context->route->pattern, "/:n") != NULL && read_revision(rq, values) &&
	    values[1] != NULL)
		must(strspn(values[1], "0123456789") == strlen(values[1]) &&
		     strlen(values[1]) <= 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
	    "REQUEST_URI=", "CONTENT_LENGTH=",     "HTTP_IF_NONE_MATCH=",
	    "HTTP_COOKIE=", "HTTP_AUTHORIZATION=", ""};
	char *lines[9] = {NULL}, *text = malloc(size + 1);
	const char *filename = "", *at = text;
	struct request *rq;
	size_t count = 0, i;

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (request_arena == NULL)
		request_arena = arena_new();
	for (i = 0; i < 6; i++) {
		size_t length = strcspn(at, "\n");

		lines[count++] = arena_print(request_arena, "%s%.*s", names[i], (int)length, at);
		at += length + (at[length] != '\0');
	}
	filename = lines[--count];
	lines[count++] = arena_print(request_arena, "REQUEST_METHOD=%s", size % 2 ? "GET" : "POST");
	lines[count] = NULL;
	rq = request_of(lines);
	must(is_text(caller_read(rq, &request_settings).credential));
	if (begin(rq)) {
		for (i = 0; i < rq->query_count; i++)
			must(is_text(rq->query[i].name) && is_text(rq->query[i].value));
		must(rq->content_length >= -1);
		check_route(rq);
	} else {
		must(rq->failure->status == 400);
	}
	check_headers(rq, filename);
	free(text);
	arena_empty(request_arena);
	return 0;
}
