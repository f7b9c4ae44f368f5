/* The calls of the load as HTTP requests; see load.h. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One request; `more` are further header lines, `body` may be empty. */
static long ask(struct client *client, const char *method, const char *path, const char *type,
                const char *more, const char *body)
{
	char request[4096];
	int length = snprintf(request, sizeof request,
	                      "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	                      "Content-Type: %s\r\nContent-Length: %zu\r\n%s\r\n%s",
	                      method, path, client->user->token, type, strlen(body), more, body);

	return exchange_run(&client->exchange, request, (size_t)length);
}

/* The headers and the end of the query that name what the call starts from. */
static void name_base(const struct call *call, char *header, char *query, size_t space)
{
	header[0] = query[0] = '\0';
	if (call->version != NOTHING)
		snprintf(header, space, "If-Match: \"%d.%d\"\r\n", call->base, call->version);
	else if (call->base != NOTHING)
		snprintf(query, space, "&base_revision=%d", call->base);
}

/* "&lease_id=7" or "" */
static const char *name_lease(const struct call *call, char text[32])
{
	text[0] = '\0';
	if (call->lease != NOTHING)
		snprintf(text, 32, "&lease_id=%d", call->lease);
	return text;
}

/* The same as a member of a JSON object that has others before it. */
static const char *lease_member(const struct call *call, char text[32])
{
	text[0] = '\0';
	if (call->lease != NOTHING)
		snprintf(text, 32, ",\"lease_id\":%d", call->lease);
	return text;
}

static long upload(struct client *client, const struct call *call, const char *path)
{
	char target[512], header[64], query[64], body[2048], content[512], lease[32];
	const char *release = call->action == COMMIT ? "&release_lock=true" : "";

	name_base(call, header, query, sizeof header);
	snprintf(content, sizeof content, "ISO-10303-21; content %d of the round's files\n%0*d\n",
	         call->content, 1 + call->content, 0);
	if (call->serial % 4 != 0) {
		snprintf(target, sizeof target, "%s/file?filename=part.step&comment=%d.%ld%s%s%s",
		         path, client->number, call->serial, query, release,
		         name_lease(call, lease));
		return ask(client, "POST", target, "application/octet-stream", header, content);
	}
	/* As a form, with the base in it: it is known only when the body has been read. */
	snprintf(target, sizeof target, "%s/file?a=form%s", path, name_lease(call, lease));
	snprintf(body, sizeof body,
	         "--edge\r\nContent-Disposition: form-data; name=comment\r\n\r\n%d.%ld\r\n"
	         "--edge\r\nContent-Disposition: form-data; name=file; filename=part.step\r\n\r\n"
	         "%s\r\n--edge\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n"
	         "--edge\r\nContent-Disposition: form-data; name=release_lock\r\n\r\n%s\r\n--edge--"
	         "\r\n",
	         client->number, call->serial, content, query[0] ? "base_revision" : "other",
	         query[0] ? strchr(query, '=') + 1 : "1", release[0] ? "true" : "false");
	return ask(client, "POST", target, "multipart/form-data; boundary=edge", header, body);
}

/* A group: the item and those after it, so that many groups overlap. */
static int member(const struct call *call, int place)
{
	return (call->item + place) % load.item_count;
}

static long group_call(struct client *client, const struct call *call)
{
	char path[512], body[512], names[256] = "";
	const bool takes = call->action == ACQUIRE;

	for (int i = 0; i < call->group; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%sH-%ld-%d%s",
		         i ? "," : "", takes ? "\"" : "", load.round_number, member(call, i),
		         takes ? "\"" : "");
	snprintf(path, sizeof path, "/api/locks?part_numbers=%s&reason=%d.%ld", names,
	         client->number, call->serial);
	if (!takes)
		return ask(client, "DELETE", path, "application/json", "", "");
	snprintf(body, sizeof body,
	         "{\"part_numbers\":[%s],\"comment\":\"%d.%ld\",\"expires_in\":%d}", names,
	         client->number, call->serial, load.lease_seconds);
	return ask(client, "POST", "/api/locks", "application/json", "", body);
}

static long run_action(struct client *client, const struct call *call)
{
	char path[128], target[256], body[256], header[64], query[64], lease[32];

	snprintf(path, sizeof path, "/api/items/H-%ld-%d", load.round_number, call->item);
	name_base(call, header, query, sizeof header);
	switch (call->action) {
	case ACQUIRE:
		snprintf(target, sizeof target, "%s/lock", path);
		snprintf(body, sizeof body, "{\"comment\":\"%d.%ld\",\"expires_in\":%d%s}",
		         client->number, call->serial, load.lease_seconds,
		         lease_member(call, lease));
		return ask(client, "POST", target, "application/json", "", body);
	case RELEASE:
		snprintf(target, sizeof target, "%s/lock?reason=%d.%ld%s", path, client->number,
		         call->serial, name_lease(call, lease));
		return ask(client, "DELETE", target, "application/json", "", "");
	case REVISE:
		snprintf(target, sizeof target, "%s/revisions", path);
		snprintf(body, sizeof body, "{\"comment\":\"%d.%ld\"%s%s%s}", client->number,
		         call->serial, query[0] ? ",\"base_revision\":" : "",
		         query[0] ? strchr(query, '=') + 1 : "", lease_member(call, lease));
		return ask(client, "POST", target, "application/json", header, body);
	case CHANGE:
		snprintf(body, sizeof body, "{\"description\":\"%d.%ld\"%s}", client->number,
		         call->serial, lease_member(call, lease));
		return ask(client, "PUT", path, "application/json", header, body);
	case READ:
		return ask(client, "GET", path, "application/json", "", "");
	default:
		return upload(client, call, path);
	}
}

long request_call(struct client *client, const struct call *call)
{
	return call->group > 1 ? group_call(client, call) : run_action(client, call);
}

long request_new_item(struct client *client, int item)
{
	char body[64];

	snprintf(body, sizeof body, "{\"part_number\":\"H-%ld-%d\"}", load.round_number, item);
	return ask(client, "POST", "/api/items", "application/json", "", body);
}

int request_answered(const struct client *client, const char *member)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof key, "\"%s\"", member);
	at = strstr(client->exchange.body, key);
	return at ? (int)strtol(at + strlen(key) + strspn(at + strlen(key), " :"), NULL, 10)
	          : NOTHING;
}
