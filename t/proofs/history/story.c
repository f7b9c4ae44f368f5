/* The rules of the judge; see story.h. */
#include "story_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long violation_count;

void violation(const char *format, ...)
{
	va_list words;

	if (++violation_count > 100)
		return;
	va_start(words, format);
	fputs("violation: ", stdout);
	vprintf(format, words);
	putchar('\n');
	va_end(words);
	fflush(stdout);
}

long violations(void)
{
	return violation_count;
}

static int by_client_and_serial(const void *a, const void *b)
{
	const struct call *one = a, *two = b;

	if (one->client != two->client)
		return one->client < two->client ? -1 : 1;
	return (one->serial > two->serial) - (one->serial < two->serial);
}

static struct call *call_of(const struct item *item, const char *tag)
{
	struct call wanted;
	char end;

	if (sscanf(tag, "%d.%ld%c", &wanted.client, &wanted.serial, &end) != 2)
		return NULL;
	return bsearch(&wanted, item->calls, item->call_count, sizeof wanted, by_client_and_serial);
}

/* Must have been made by a call of that user and of one of these kinds; counts it as told. */
static struct call *maker(struct story *story, const struct event *event, unsigned kinds)
{
	struct call *call = call_of(story->item, event->tag);

	if (!call || !(kinds & 1u << call->action) || strcmp(call->user, event->by) != 0) {
		violation("%s: event %ld (%s by %s, \"%s\") was made by nobody's call",
		          story->item->part_number, event->number, event->type, event->by,
		          event->tag);
		return NULL;
	}
	if (call->told++ > 0)
		violation("%s: %s %s is told twice", story->item->part_number,
		          action_names[call->action], event->tag);
	return call;
}

/* A lease ends when its time is over, or after the test has ended one that was given. */
static void judge_expiry(struct story *story, size_t at, const struct state *state)
{
	const struct call *given = story->calls[story->locked_at];
	const struct item *item = story->item;
	const struct event *event = &item->events[at];
	size_t use = story->ends_used;

	story->expired++;
	if (state->lease_told != 0 && event->at >= state->lease_told)
		return; /* by itself */
	/* The ends of leases are the last calls: their client has the highest number. */
	while (use < item->call_count && (item->calls[use].action != EXPIRE ||
	                                  (given && item->calls[use].settled <= given->start))) {
		if (item->calls[use].action == EXPIRE && is_unknown(&item->calls[use]))
			story->has_unknown_ends = true;
		use++;
	}
	if (use == item->call_count) {
		violation("%s: event %ld ends the lease of %s, whose time was not over",
		          item->part_number, event->number, event->locked_by);
		return;
	}
	story->has_unknown_ends |= is_unknown(&item->calls[use]);
	/* From then on it stood against nobody, told or not. */
	for (size_t p = story->locked_at + 1; p <= at && !story->has_unknown_ends; p++)
		story->states[p].lease_end = item->calls[use].end;
	story->ends_used = use + 1;
}

/* What names a lease is done under that one, or under none. */
static void judge_named(struct story *story, size_t at, const struct state *state)
{
	const struct call *call = story->calls[at];
	const struct event *event = &story->item->events[at];

	if (!call || call->lease <= 0)
		return;
	if (state->holder[0] && state->lease != call->lease)
		violation("%s: event %ld: %s means lease %d and is done under %d",
		          story->item->part_number, event->number, event->tag, call->lease,
		          state->lease);
	if (is_type(event, "item.locked") && !event->renewed)
		violation("%s: event %ld: %s renews lease %d, which has ended",
		          story->item->part_number, event->number, event->tag, call->lease);
}

static void judge_unlocked(struct story *story, size_t at, struct state *state)
{
	const struct item *item = story->item;
	const struct event *event = &item->events[at];

	if (strcmp(state->holder, event->locked_by) != 0)
		violation("%s: event %ld takes it from %s while \"%s\" holds it", item->part_number,
		          event->number, event->locked_by, state->holder);
	if (strcmp(event->reason, "expired") == 0) {
		judge_expiry(story, at, state);
	} else if (strcmp(event->reason, "committed") == 0) {
		const struct call *before = at > 0 ? story->calls[at - 1] : NULL;

		if (strcmp(event->by, event->locked_by) != 0)
			violation("%s: event %ld: %s commits away the lock of %s",
			          item->part_number, event->number, event->by, event->locked_by);
		if (before && before->action == COMMIT &&
		    is_type(&item->events[at - 1], "revision.created"))
			story->calls[at] = story->calls[at - 1];
		else
			story
			    ->silent_commits++; /* of content that was there already: no revision */
	} else {
		char admin[32];
		const bool is_own = strcmp(event->by, event->locked_by) == 0;

		story->calls[at] = maker(story, event, 1u << RELEASE);
		judge_named(story, at, state);
		snprintf(admin, sizeof admin, " %s ", event->by);
		if (is_own != (strcmp(event->reason, "released") == 0) ||
		    (!is_own && !strstr(item->admins, admin)))
			violation("%s: event %ld: %s may not end the lock of %s (%s)",
			          item->part_number, event->number, event->by, event->locked_by,
			          event->reason);
	}
	state->holder = "";
	state->lease_end = state->lease_told = 0;
}

static void judge_locked(struct story *story, size_t at, struct state *state)
{
	const struct item *item = story->item;
	const struct event *event = &item->events[at];

	story->calls[at] = maker(story, event, 1u << ACQUIRE);
	if (event->renewed ? strcmp(state->holder, event->by) != 0 : state->holder[0] != '\0')
		violation("%s: event %ld %s it for %s while \"%s\" holds it", item->part_number,
		          event->number, event->renewed ? "renews" : "locks", event->by,
		          state->holder);
	if (story->calls[at] && story->calls[at]->status == (event->renewed ? 201 : 200) &&
	    story->calls[at]->group == 1)
		violation("%s: event %ld and its answer disagree whether it was free",
		          item->part_number, event->number);
	judge_named(story, at, state);
	if (event->lease <= 0 || event->lease == state->lease)
		violation("%s: event %ld gives no new number to the lease", item->part_number,
		          event->number);
	state->holder = event->locked_by;
	state->lease = event->lease;
	state->lease_told = event->lease_ends;
	state->lease_end = event->lease_ends + TOLERANCE_NS;
	story->locked_at = at;
}

/* A write: the item's words or a revision. */
static void judge_write(struct story *story, size_t at, struct state *state)
{
	const struct item *item = story->item;
	const struct event *event = &item->events[at];
	const bool is_revision = is_type(event, "revision.created");
	struct call *call = maker(
	    story, event, is_revision ? 1u << UPLOAD | 1u << COMMIT | 1u << REVISE : 1u << CHANGE);

	story->calls[at] = call;
	judge_named(story, at, state);
	if (state->holder[0] && strcmp(state->holder, event->by) != 0)
		violation("%s: event %ld: %s writes while %s holds the lock", item->part_number,
		          event->number, event->by, state->holder);
	if (call && call->base != NOTHING && call->base != state->revision)
		violation("%s: event %ld: %s started from revision %d and follows %d: an update is "
		          "lost",
		          item->part_number, event->number, event->tag, call->base,
		          state->revision);
	if (call && call->version != NOTHING && call->version != state->version)
		violation("%s: event %ld: %s started from version %d and follows %d: an update is "
		          "lost",
		          item->part_number, event->number, event->tag, call->version,
		          state->version);
	state->version++;
	if (!is_revision) {
		state->description = event->tag;
		return;
	}
	if (event->revision != ++state->revision)
		violation("%s: the feed tells revision %d where %d should be", item->part_number,
		          event->revision, state->revision);
	if (call && call->number != NOTHING && call->number != event->revision)
		violation("%s: %s was told revision %d and is %d", item->part_number, event->tag,
		          call->number, event->revision);
	if (call && call->content != NOTHING)
		state->content = call->content;
	if (call && call->action == COMMIT && strcmp(state->holder, event->by) == 0 &&
	    at + 1 < item->event_count && !is_type(event + 1, "item.unlocked"))
		violation("%s: %s was to release the lock of %s and did not", item->part_number,
		          event->tag, event->by);
}

static void walk(struct story *story)
{
	const struct item *item = story->item;
	struct state state = {.holder = "", .description = "", .version = 1, .content = NOTHING};

	for (size_t at = 0; at < item->event_count; at++) {
		const struct event *event = &item->events[at];

		story->states[at] = state;
		if (is_type(event, "item.locked"))
			judge_locked(story, at, &state);
		else if (is_type(event, "item.unlocked"))
			judge_unlocked(story, at, &state);
		else if (is_type(event, "item.updated") || is_type(event, "revision.created"))
			judge_write(story, at, &state);
		else if (at > 0 || !is_type(event, "item.created"))
			violation("%s: event %ld is an unexpected %s", item->part_number,
			          event->number, event->type);
	}
	story->states[item->event_count] = state;
}

/*
 * The order of the feed must be one that the calls' times allow.  Kept for the look-ups below: the
 * least end from an event on, and the most start up to it.
 */
static void judge_order(struct story *story)
{
	const struct item *item = story->item;
	uint64_t bound = 0;

	for (size_t at = 0; at < item->event_count; at++) {
		const struct call *call = story->calls[at];

		if (call && latest_end(call) < bound)
			violation(
			    "%s: event %ld (%s) is told after one that began when it was done",
			    item->part_number, item->events[at].number, item->events[at].type);
		if (call && call->start > bound)
			bound = call->start;
		story->most_start_before[at] = bound;
	}
	bound = UINT64_MAX;
	for (size_t at = item->event_count; at-- > 0;) {
		const struct call *call = story->calls[at];

		/* The making of the item is over before any call; the end of a lease has no end. */
		if (at == 0)
			bound = 0;
		else if (call && call->settled < bound)
			bound = call->settled;
		story->least_end_after[at] = bound;
	}
}

static void judge_rows(const struct story *story)
{
	const struct item *item = story->item;
	const struct state *last = &story->states[item->event_count];
	size_t row = 0;

	for (size_t at = 0; at < item->event_count; at++) {
		const struct event *event = &item->events[at];
		const struct revision *made = &item->revisions[row];

		if (!is_type(event, "revision.created"))
			continue;
		if (row == item->revision_count) {
			violation("%s: revision %d (%s) is told and not there", item->part_number,
			          event->revision, event->tag);
			continue;
		}
		if (made->number != event->revision || strcmp(made->tag, event->tag) != 0 ||
		    strcmp(made->by, event->by) != 0)
			violation("%s: revision %d (%s) is where the feed tells %d (%s)",
			          item->part_number, made->number, made->tag, event->revision,
			          event->tag);
		row++;
	}
	for (; row < item->revision_count; row++)
		violation("%s: revision %d (%s) is there and not told", item->part_number,
		          item->revisions[row].number, item->revisions[row].tag);
	if (item->current_revision != last->revision || item->version != last->version ||
	    strcmp(item->description, last->description) != 0)
		violation("%s: is at %d.%d \"%s\" where its story ends at %d.%d \"%s\"",
		          item->part_number, item->current_revision, item->version,
		          item->description, last->revision, last->version, last->description);
	if (strcmp(item->locked_by, last->holder) != 0)
		violation("%s: \"%s\" has the lock where its story ends with \"%s\"",
		          item->part_number, item->locked_by, last->holder);
}

void story_judge(struct item *item)
{
	size_t count = item->event_count + 1;
	struct story story = {.item = item,
	                      .states = calloc(count, sizeof *story.states),
	                      .calls = calloc(count, sizeof(struct call *)),
	                      .least_end_after = calloc(count, sizeof(uint64_t)),
	                      .most_start_before = calloc(count, sizeof(uint64_t))};

	if (!story.states || !story.calls || !story.least_end_after || !story.most_start_before) {
		fputs("judge: out of memory\n", stderr);
		exit(2);
	}
	for (size_t i = 0; i < item->call_count; i++)
		story.is_ended_by_test |= item->calls[i].action == EXPIRE;
	walk(&story);
	judge_order(&story);
	judge_calls(&story);
	judge_rows(&story);
	free(story.states);
	free(story.calls);
	free(story.least_end_after);
	free(story.most_start_before);
}
