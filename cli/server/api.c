/*
 * The server's JSON: one call, its answer read with care, its refusals turned into failures.
 * Knows routes only by the path it is given.
 */
#include "config.h"

#include "server/api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/facts.h"
#include "base/json_text.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/text.h"
#include "server/refusal.h"
#include "terminal/progress.h"

enum { PAGES_MOST = 10000 };

int api_open(struct silo *silo)
{
	if (silo->url == NULL) {
		silo_fail(silo, SILO_DENIED, "not_signed_in", "no server is set up yet");
		silo_hint(silo, "silo login https://your.server");
		return SILO_DENIED;
	}
	if (silo->token == NULL) {
		silo_fail(silo, SILO_DENIED, "not_signed_in", "not signed in at %s", silo->url);
		silo_hint(silo, "silo login %s", silo->url);
		return SILO_DENIED;
	}
	if (silo->http == NULL)
		silo->http = http_new(silo->arena, silo->url, silo->token, silo->ca_file);
	http_tell(silo->http, progress_new(silo, ""));
	return SILO_DONE;
}

/* No answer came: what a person can do about it. */
static void hint_unreachable(struct silo *silo, const struct http_answer *got)
{
	const char *step = silo->url_from_environment ? "SILO_API_URL=" : "silo login ";

	if (got->untrusted)
		silo_hint(silo, "silo login %s --cacert FILE   trusts the certificates in FILE",
		          silo->url);
	else if (got->no_tls && strncasecmp(silo->url, "https://", 8) == 0)
		silo_hint(silo, "the server speaks http, not https: %shttp://%s", step,
		          silo->url + strlen("https://"));
	else
		silo_hint(silo, "try again later; %sURL   if its address has changed", step);
}

int api_judge(struct silo *silo, const struct http_answer *got, struct api_answer *answer)
{
	*answer = (struct api_answer){.status = got->status, .etag = got->etag};
	if (got->status == 0 && interrupt_seen())
		return silo_fail(silo, SILO_FAILED, "interrupted", "interrupted");
	if (got->status == 0 && got->ours) {
		silo_fail(silo, SILO_FAILED, "file", "%s", got->problem);
		if (got->full)
			silo_hint(silo, "nothing was replaced: make room on this disk, then run it "
			                "again");
		return SILO_FAILED;
	}
	if (got->status == 0) {
		silo_fail(silo, SILO_AWAY, "unreachable", "no answer from %s: %s", silo->url,
		          got->problem);
		hint_unreachable(silo, got);
		return SILO_AWAY;
	}
	answer->body = silo_keep(silo, members_parse(got->body, got->length));
	if (got->status >= 300 && got->status < 400) {
		silo_fail(silo, SILO_FAILED, "redirected", "%s redirects to %s", silo->url,
		          got->location ? got->location : "another address");
		silo_hint(silo, "silo login URL   with the address it redirects to");
		return SILO_FAILED;
	}
	if (got->status < 200 || got->status >= 300)
		return refusal_note(silo, got->status, answer->body);
	return SILO_DONE;
}

/*
 * The refusal of a call for several items says only which one is missing.  Asks the item's own
 * address who archived it, and notes that instead.
 */
static void name_archiver(struct silo *silo)
{
	struct failure kept = silo->failure;
	json_object *names = member_array(kept.details, "part_numbers");
	struct api_answer answer;

	if (!refusal_is_no_item(silo) || names == NULL || json_object_array_length(names) != 1)
		return;
	api_call(
	    silo, "GET",
	    api_item_path(silo, json_object_get_string(json_object_array_get_idx(names, 0)), ""),
	    NULL, &answer);
	if (!refusal_is_no_item(silo) || member_text(silo->failure.details, "archived_by") == NULL)
		silo->failure = kept;
	else if (silo->word_count > 1)
		silo_hint(silo, "all or none: nothing was changed");
}

/* One call, repeatable or not. */
static int call(struct silo *silo, const char *method, const char *path, json_object *body,
                bool repeatable, struct api_answer *answer)
{
	struct http_request request = http_request(method, path);
	struct http_answer got;
	int ended;

	silo_keep(silo, body);
	request.repeatable = request.repeatable || repeatable;
	request.lasting = refusal_is_lasting;
	if (body != NULL) {
		request.body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
		request.body_length = strlen(request.body);
		request.content_type = "application/json";
	}
	http_send(silo->http, &request, &got);
	ended = api_judge(silo, &got, answer);
	refusal_name_part(silo, path);
	if (ended != SILO_DONE)
		name_archiver(silo);
	if (ended == SILO_DONE && answer->body == NULL && got.status != 204 && got.length > 0)
		return silo_fail(silo, SILO_FAILED, "bad_answer",
		                 "%s answered with something other than JSON: is it a Silo server?",
		                 silo->url);
	return ended;
}

int api_call(struct silo *silo, const char *method, const char *path, json_object *body,
             struct api_answer *answer)
{
	return call(silo, method, path, body, false, answer);
}

int api_call_repeatable(struct silo *silo, const char *method, const char *path, json_object *body,
                        struct api_answer *answer)
{
	return call(silo, method, path, body, true, answer);
}

/* One page's path: what the caller asked, the page's size and the cursor. */
static char *page_path(struct silo *silo, const char *path, int64_t size, const char *cursor)
{
	return arena_print(silo->arena, "%s%climit=%lld%s%s", path, strchr(path, '?') ? '&' : '?',
	                   (long long)size, cursor ? "&cursor=" : "",
	                   cursor ? text_encoded(silo->arena, cursor) : "");
}

int api_list(struct silo *silo, const char *path, const char *name, int64_t limit,
             json_object **rows)
{
	const char *cursor = NULL;

	*rows = silo_keep(silo, json_object_new_array());
	for (int page = 0; page < PAGES_MOST; page++) {
		int64_t had = (int64_t)json_object_array_length(*rows);
		int64_t size = limit > 0 && limit - had < LIMIT_page ? limit - had : LIMIT_page;
		struct api_answer answer;
		json_object *array;
		int ended =
		    api_call(silo, "GET", page_path(silo, path, size, cursor), NULL, &answer);

		if (ended != SILO_DONE)
			return ended;
		array = member_array(answer.body, name);
		if (array == NULL)
			return silo_fail(silo, SILO_FAILED, "bad_answer",
			                 "the server's list has no “%s”", name);
		for (size_t i = 0; i < json_object_array_length(array); i++)
			json_object_array_add(*rows,
			                      json_object_get(json_object_array_get_idx(array, i)));
		cursor = member_text(answer.body, "next_cursor");
		if (cursor == NULL ||
		    (limit > 0 && (int64_t)json_object_array_length(*rows) >= limit))
			return SILO_DONE;
	}
	return silo_fail(silo, SILO_FAILED, "bad_answer", "the server's list does not end");
}

char *api_item_path(struct silo *silo, const char *part_number, const char *rest)
{
	return arena_print(silo->arena, "/api/items/%s%s", text_encoded(silo->arena, part_number),
	                   rest);
}

char *api_lock_path(struct silo *silo, const char *part_number, int64_t lease_id)
{
	if (lease_id <= 0)
		return api_item_path(silo, part_number, "/lock");
	return api_item_path(silo, part_number,
	                     arena_print(silo->arena, "/lock?lease_id=%lld", (long long)lease_id));
}

const char *api_user(struct silo *silo)
{
	struct api_answer answer;
	const char *name;

	if (silo->user != NULL)
		return silo->user;
	if (api_call(silo, "GET", "/api/auth/me", NULL, &answer) != SILO_DONE)
		return NULL;
	name = member_text(answer.body, "username");
	if (name == NULL)
		silo_fail(silo, SILO_FAILED, "bad_answer",
		          "the server did not say whose token this is");
	else
		silo->user = arena_print(silo->arena, "%s", name);
	return silo->user;
}
