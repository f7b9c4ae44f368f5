/*
 * Responses: safe headers, conditional answers, and the only place that sends.
 */
#include "config.h"
#include "http/response.h"
#include "http/decode.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct response *response_new(struct request *rq, int status)
{
	struct response *rs = arena_take(rq->arena, sizeof *rs);

	rs->status = status;
	return rs;
}

struct response *response_json(struct request *rq, int status, const char *json)
{
	struct response *rs = response_new(rq, status);

	rs->content_type = "application/json";
	rs->body = json;
	rs->length = strlen(json);
	return rs;
}

void response_header(struct request *rq, struct response *rs, const char *name, const char *value)
{
	if (rs->header_count == HEADERS_MAXIMUM)
		return;
	rs->headers[rs->header_count].name = name;
	rs->headers[rs->header_count].value = arena_copy(rq->arena, value, strcspn(value, "\r\n"));
	rs->header_count++;
}

bool response_is_known(const struct request *rq, const char *tag)
{
	const char *at = request_header(rq, "IF_NONE_MATCH");
	size_t length = strlen(tag);

	while (at && *at) {
		at += strspn(at, " \t,");
		if (*at == '*')
			return true;
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		if (*at != '"') {
			at += strcspn(at, ",");
			continue;
		}
		at++;
		if (strncmp(at, tag, length) == 0 && at[length] == '"')
			return true;
		at += strcspn(at, "\"");
		if (*at)
			at++;
	}
	return false;
}

void response_tag(struct request *rq, struct response *rs, const char *tag)
{
	response_header(rq, rs, "ETag", arena_print(rq->arena, "\"%s\"", tag));
	if (rq->method == METHOD_GET && rs->status == 200 && response_is_known(rq, tag)) {
		rs->status = 304;
		rs->content_type = NULL;
		rs->body = NULL;
		rs->length = 0;
	}
}

/*
 * Leaves out the characters that reverse or hide others.  Uploads with them are refused now, but an
 * older name could show "exe.FCStd" for a file that ends in ".exe".
 */
static const char *without_steering(struct arena *arena, const char *text)
{
	char *kept = arena_copy(arena, text, strlen(text)), *to = kept;

	for (size_t left = strlen(text), used; left > 0; text += used, left -= used)
		if (!utf8_steers(utf8_character(text, left, &used)))
			to = mempcpy(to, text, used);
	*to = '\0';
	return kept;
}

const char *response_attachment(struct request *rq, const char *given)
{
	static const char safe[] = "!#$&+-.^_`|~";
	const char *filename = without_steering(rq->arena, given);
	size_t length = strlen(filename);
	char *plain = arena_take(rq->arena, length + 1);
	char *coded = arena_take(rq->arena, 3 * length + 1);
	size_t used = 0;

	for (size_t at = 0; at < length; at++) {
		unsigned char byte = (unsigned char)filename[at];

		/*
		 * The plain form leaves out percent signs and quotes: browsers disagree about them.
		 */
		plain[at] = filename[at];
		if (byte < ' ' || byte >= 0x7f || strchr("\"\\%/", byte))
			plain[at] = '_';
		if (byte < 0x80 && (isalnum(byte) || strchr(safe, byte)))
			coded[used++] = (char)byte;
		else
			used += (size_t)snprintf(coded + used, 4, "%%%02X", byte);
	}
	return arena_print(rq->arena, "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain,
	                   coded);
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *words;
	} reasons[] = {
	    {200, "OK"},
	    {201, "Created"},
	    {204, "No Content"},
	    {303, "See Other"},
	    {304, "Not Modified"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {409, "Conflict"},
	    {412, "Precondition Failed"},
	    {413, "Content Too Large"},
	    {415, "Unsupported Media Type"},
	    {422, "Unprocessable Content"},
	    {429, "Too Many Requests"},
	    {500, "Internal Server Error"},
	    {503, "Service Unavailable"},
	    {507, "Insufficient Storage"},
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].words;
	return "Status";
}

static bool has_header(const struct response *rs, const char *name)
{
	for (size_t i = 0; i < rs->header_count; i++)
		if (strcasecmp(rs->headers[i].name, name) == 0)
			return true;
	return false;
}

bool response_write(struct request *rq, const struct response *rs, FCGX_Stream *output)
{
	FCGX_FPrintF(output, "Status: %d %s\r\nX-Request-Id: %s\r\n", rs->status,
	             reason(rs->status), rq->id);
	for (size_t i = 0; i < rs->header_count; i++) {
		/* Not FPrintF: it has a limit for one value. */
		FCGX_PutS(rs->headers[i].name, output);
		FCGX_PutS(": ", output);
		FCGX_PutS(rs->headers[i].value, output);
		FCGX_PutS("\r\n", output);
	}
	if (!has_header(rs, "Cache-Control"))
		FCGX_PutS("Cache-Control: private, no-cache\r\n", output);
	FCGX_PutS("X-Content-Type-Options: nosniff\r\n", output);
	if (rs->content_type)
		FCGX_FPrintF(output, "Content-Type: %s\r\n", rs->content_type);
	if (rs->status != 204 && rs->status != 304 && !has_header(rs, "X-Accel-Redirect"))
		FCGX_FPrintF(output, "Content-Length: %lu\r\n", (unsigned long)rs->length);
	FCGX_PutS("\r\n", output);
	for (size_t sent = 0; !rq->is_head && sent < rs->length;) {
		size_t left = rs->length - sent;
		int chunk = left > 1 << 20 ? 1 << 20 : (int)left;

		if (FCGX_PutStr(rs->body + sent, chunk, output) != chunk)
			return false;
		sent += (size_t)chunk;
	}
	return FCGX_GetError(output) == 0;
}
