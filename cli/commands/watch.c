/*
 * watch: events as they come, one line each.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "commands/commands.h"
#include "commands/options.h"
#include "core/clock.h"
#include "core/interrupt.h"
#include "core/members.h"
#include "core/text.h"
#include "server/api.h"
#include "server/stream.h"
#include "terminal/output.h"

/* The stream's address with the filters that were asked for. */
static char *stream_path(struct silo *silo)
{
	const char *types = silo_option(silo, "types");
	char *path = arena_print(silo->arena, "/api/events?");

	if (silo_option(silo, "mine") != NULL)
		path = arena_print(silo->arena, "%smine=true&", path);
	if (types != NULL)
		path =
		    arena_print(silo->arena, "%stypes=%s&", path, text_encoded(silo->arena, types));
	for (int i = 0; silo->word_count <= STREAM_PARTS_MOST && i < silo->word_count; i++)
		path = arena_print(silo->arena, "%spart_number=%s&", path,
		                   text_encoded(silo->arena, silo->words[i]));
	path[strlen(path) - 1] = '\0';
	return path;
}

/* A text member, "" when there is none. */
static const char *text(json_object *data, const char *name)
{
	const char *value = member_text(data, name);

	return value ? value : "";
}

/* Why a lock has ended, as a sentence without its end. */
static char *end_line(struct arena *arena, json_object *data)
{
	const char *part = text(data, "part_number"), *by = text(data, "by");
	const char *holder = text(data, "locked_by"), *reason = text(data, "reason");
	const char *note = text(data, "note");

	if (strcmp(reason, "archived") == 0)
		return arena_print(arena, "%s is no longer locked: %s archived it", part, by);
	if (strcmp(reason, "expired") == 0)
		return arena_print(arena, "%s is free: %s's lease expired", part, holder);
	if (strcmp(reason, "forced") == 0)
		return arena_print(arena, "%s is free: %s force-released %s's lock%s%s", part, by,
		                   holder, *note ? ": " : "", note);
	return arena_print(arena, "%s is free: %s %s it", part, *by ? by : holder,
	                   strcmp(reason, "committed") == 0 ? "committed and released"
	                                                    : "released");
}

/* What a lock event says. */
static char *lock_line(struct silo *silo, struct arena *arena, const char *type, json_object *data)
{
	const char *part = text(data, "part_number"), *by = text(data, "by");
	const char *holder = text(data, "locked_by"), *comment = text(data, "comment");
	time_t until = text_time(member_text(data, "expires_at"));
	char *when = text_when(arena, until, http_now(silo->http));
	json_object *renewed = NULL;

	if (strcmp(type, "item.unlocked") == 0)
		return end_line(arena, data);
	if (strcmp(type, "lock.expiring") == 0)
		return arena_print(arena, "%s: %s's lease ends %s", part, holder, when);
	if (strcmp(type, "lock.requested") == 0)
		return arena_print(arena, "%s: %s asks %s to release it%s%s", part, by, holder,
		                   *text(data, "message") ? ": " : "", text(data, "message"));
	json_object_object_get_ex(data, "renewed", &renewed);
	return arena_print(arena, "%s %s by %s until %s%s%s", part,
	                   json_object_get_boolean(renewed) ? "renewed" : "locked", holder, when,
	                   *comment ? ": " : "", comment);
}

/* What became of an item; one that is created with revisions comes back from the archive. */
static const char *item_verb(const char *type, json_object *data)
{
	if (strcmp(type, "item.created") == 0)
		return member_number(data, "revision", 0) > 0 ? "restored" : "created";
	if (strcmp(type, "item.updated") == 0)
		return "properties changed";
	return strcmp(type, "item.deleted") == 0 ? "archived" : type;
}

/* An event in words. */
static char *event_line(struct silo *silo, struct arena *arena, const struct stream_event *event)
{
	json_object *data = event->data;
	const char *part = text(data, "part_number");

	if (strncmp(event->type, "item.locked", 11) == 0 ||
	    strcmp(event->type, "item.unlocked") == 0 || strncmp(event->type, "lock.", 5) == 0)
		return lock_line(silo, arena, event->type, data);
	if (strcmp(event->type, "revision.created") == 0)
		return arena_print(arena, "%s revision %lld by %s%s%s", part,
		                   (long long)member_number(data, "revision_number", 0),
		                   text(data, "by"), *text(data, "comment") ? ": " : "",
		                   text(data, "comment"));
	if (strcmp(event->type, "server.state") == 0)
		return arena_print(arena, "server: %s", text(data, "mode"));
	if (strcmp(event->type, "feed.reset") == 0)
		return arena_print(arena, "older events are no longer available");
	return arena_print(arena, "%s %s by %s", part, item_verb(event->type, data),
	                   text(data, "by"));
}

/* Shows one event. */
static void show(struct silo *silo, struct arena *arena, const struct stream_event *event)
{
	time_t at = text_time(member_text(event->data, "at"));

	arena_empty(arena);
	if (silo->json) {
		json_object *line = json_object_new_object();

		json_object_object_add(line, "id", json_object_new_string(event->id));
		json_object_object_add(line, "event", json_object_new_string(event->type));
		json_object_object_add(line, "data", json_object_get(event->data));
		output_json_line(line);
		json_object_put(line);
		return;
	}
	printf("%s  %s\n",
	       text_when(arena, at == (time_t)-1 ? http_now(silo->http) : at, http_now(silo->http)),
	       text_printable(arena, event_line(silo, arena, event)));
	fflush(stdout);
}

/* Too many parts for an address: all events come, and those of others are passed over here. */
static bool of_other_part(struct silo *silo, const struct stream_event *event)
{
	const char *part = member_text(event->data, "part_number");

	if (silo->word_count <= STREAM_PARTS_MOST || part == NULL)
		return false;
	for (int i = 0; i < silo->word_count; i++)
		if (strcasecmp(silo->words[i], part) == 0)
			return false;
	return true;
}

/*
 * The server says its state at every connection, whatever the filter: shown when it was asked for
 * by type, or is not the usual one.
 */
static bool of_no_interest(struct silo *silo, const struct stream_event *event)
{
	const char *types = silo_option(silo, "types");

	if (strcmp(event->type, "server.state") != 0)
		return of_other_part(silo, event);
	if (types != NULL)
		return strstr(types, "server.state") == NULL;
	return strcmp(text(event->data, "mode"), "normal") == 0;
}

/* Milliseconds left until the deadline; -1: no deadline. */
static int64_t left_of(int64_t deadline)
{
	int64_t left = deadline - clock_ms();

	if (deadline < 0)
		return -1;
	return left > 0 ? left : 0;
}

int watch_run(struct silo *silo)
{
	int64_t count = option_number(silo, "count", 0), seen = 0;
	int64_t timeout = option_duration(silo, "timeout"), since = option_number(silo, "since", 0);
	int64_t deadline = timeout > 0 ? clock_ms() + timeout * 1000 : -1;
	struct arena *arena;
	struct stream *stream;
	struct stream_event event;
	enum stream_news news = STREAM_EVENT;
	int ended = api_open(silo);

	if (ended != SILO_DONE)
		return ended;
	if (count < 0 || timeout < 0 || since < 0)
		return silo->failure.exit;
	arena = arena_new();
	if (arena == NULL)
		return SILO_FAILED;
	stream = stream_open(silo, stream_path(silo), silo_option(silo, "since"), true);
	while (news == STREAM_EVENT && (count == 0 || seen < count)) {
		news = stream_next(stream, left_of(deadline), &event);
		if (news != STREAM_EVENT || of_no_interest(silo, &event))
			continue;
		show(silo, arena, &event);
		seen++;
		/* Nobody reads on: the next event may be hours away. */
		if (ferror(stdout))
			break;
	}
	stream_close(stream);
	arena_free(arena);
	/* Ctrl-C is how one stops watching: nothing to say about it. */
	if (interrupt_seen())
		silo->failure = (struct failure){.code = "", .exit = SILO_FAILED};
	return news == STREAM_REFUSED ? silo->failure.exit : SILO_DONE;
}
