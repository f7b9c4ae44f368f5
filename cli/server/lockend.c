/*
 * How a lock of ours ended behind our back, out of the item's history.
 */
#include "config.h"

#include "server/lockend.h"

#include <string.h>
#include "core/text.h"
#include "server/api.h"

json_object *lockend_find(struct silo *silo, const char *part_number)
{
	const char *path = api_item_path(silo, part_number, "/events?limit=100");
	struct failure kept = silo->failure;
	struct api_answer answer;
	json_object *events = NULL;

	silo->failure = (struct failure){0};
	if (api_user(silo) != NULL && api_call(silo, "GET", path, NULL, &answer) == SILO_DONE)
		events = api_array(answer.body, "events");
	silo->failure = kept;
	for (size_t i = 0; events != NULL && i < json_object_array_length(events); i++) {
		json_object *event = json_object_array_get_idx(events, i);
		json_object *data = api_object(event, "data");
		const char *type = api_text(event, "event"), *whose = api_text(data, "locked_by");

		if (type != NULL && whose != NULL && strcmp(type, "item.unlocked") == 0 &&
		    strcmp(whose, silo->user) == 0)
			return data;
	}
	return NULL;
}

char *lockend_words(struct silo *silo, json_object *end)
{
	static const struct {
		const char *reason, *words;
	} reasons[] = {
	    {"forced", "released your lock by force"},
	    {"released", "released the lock"},
	    {"committed", "released the lock with a commit"},
	    {"archived", "archived the item"},
	};
	const char *reason = api_text(end, "reason"), *by = api_text(end, "by");
	const char *note = api_text(end, "note"), *words = NULL;
	const char *when =
	    text_when(silo->arena, text_time(api_text(end, "at")), http_now(silo->http));

	if (end == NULL || reason == NULL)
		return NULL;
	if (strcmp(reason, "expired") == 0)
		return arena_print(silo->arena, "your lease ended, %s", when);
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
