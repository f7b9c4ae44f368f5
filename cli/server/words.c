/*
 * What the server's JSON says of locks and items, in words for a person.
 */
#include "config.h"

#include "server/words.h"

#include <string.h>
#include "core/members.h"
#include "core/text.h"
#include "server/http.h"

char *words_lock(struct silo *silo, json_object *lock)
{
	const char *holder = member_text(lock, "locked_by"),
	           *comment = member_text(lock, "comment");
	time_t now = http_now(silo->http);
	time_t since = text_time(member_text(lock, "locked_at"));
	time_t until = text_time(member_text(lock, "expires_at"));

	return arena_print(silo->arena, "%s since %s, until %s%s%s", holder ? holder : "another",
	                   text_when(silo->arena, since, now), text_when(silo->arena, until, now),
	                   comment && *comment ? ": " : "", comment ? comment : "");
}

char *words_archived(struct silo *silo, json_object *details)
{
	const char *by = member_text(details, "archived_by");
	time_t at = text_time(member_text(details, "archived_at"));

	if (by == NULL)
		return NULL;
	return arena_print(silo->arena, "was archived by %s, %s", by,
	                   text_when(silo->arena, at, http_now(silo->http)));
}

char *words_lock_end(struct silo *silo, json_object *end)
{
	static const struct {
		const char *reason, *words;
	} reasons[] = {
	    {"forced", "force-released your lock"},
	    {"released", "released the lock"},
	    {"committed", "released the lock with a commit"},
	    {"archived", "archived the item"},
	};
	const char *reason = member_text(end, "reason"), *by = member_text(end, "by");
	const char *note = member_text(end, "note"), *words = NULL;
	const char *when =
	    text_when(silo->arena, text_time(member_text(end, "at")), http_now(silo->http));

	if (end == NULL || reason == NULL)
		return NULL;
	if (strcmp(reason, "expired") == 0)
		return arena_print(silo->arena, "your lease expired, %s", when);
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reason, reasons[i].reason) == 0)
			words = reasons[i].words;
	if (by == NULL || words == NULL)
		return NULL;
	if (silo->user != NULL && strcmp(by, silo->user) == 0)
		by = "you";
	return arena_print(silo->arena, "%s %s, %s%s%s", by, words, when,
	                   note != NULL && *note != '\0' ? ": " : "", note != NULL ? note : "");
}
