/* The calls of one item, by the states that its events went through; see story_inner.h. */
#include "story_inner.h"

/* How many of the ascending bounds are below (or, with `or_at`, at) the limit. */
static size_t count_below(const uint64_t *bounds, size_t count, uint64_t limit, bool or_at)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (bounds[middle] < limit || (or_at && bounds[middle] == limit)) {
			low = middle + 1;
		} else {
			count = middle;
		}
	}
	return low;
}

/* Was the lock that was seen, or none, the one of this state?  Its time may be over, told or not.
 */
static bool shows(const struct story *story, const struct call *call, const struct state *state)
{
	if (call->lease == NOTHING || story->is_ended_by_test)
		return true;
	if (call->lease > 0)
		return state->holder[0] && state->lease == call->lease &&
		       state->lease_end >= call->start;
	return !state->holder[0] || call->end + TOLERANCE_NS >= state->lease_told;
}

/* A lease that was named and is not this one; or to be renewed, and over. */
static bool is_other_lease(const struct story *story, const struct call *call,
                           const struct state *state)
{
	if (call->lease <= 0)
		return false;
	if (state->holder[0] && state->lease != call->lease)
		return state->lease_end == 0 || state->lease_end >= call->start;
	return call->action == ACQUIRE && (!state->holder[0] || story->is_ended_by_test ||
	                                   call->end + TOLERANCE_NS >= state->lease_told);
}

/* Does this state explain the answer? */
static bool explains(const struct story *story, const struct call *call, const struct state *state)
{
	const bool is_others = state->holder[0] && strcmp(state->holder, call->user) != 0 &&
	                       (state->lease_end == 0 || state->lease_end >= call->start);

	if (call->action == READ)
		return state->revision == call->number && state->version == call->version &&
		       shows(story, call, state);
	if (call->status == 409 || call->status == 403)
		return is_others;
	if (call->status == 412)
		return (call->base != NOTHING && call->base != state->revision) ||
		       (call->version != NOTHING && call->version != state->version) ||
		       is_other_lease(story, call, state);
	return call->content == state->content; /* 200 to an upload */
}

static bool wants_explanation(const struct call *call)
{
	if (call->group > 1)
		return false;
	if (call->action == READ)
		return call->status == 200;
	if (call->status == 200)
		return (call->action == UPLOAD || call->action == COMMIT) && call->told == 0;
	return call->status == 409 || call->status == 412 ||
	       (call->action == RELEASE && call->status == 403);
}

static void judge_answer(struct story *story, const struct call *call)
{
	const struct item *item = story->item;
	const bool is_done = call->status == 200 || call->status == 201;
	size_t low, high;

	if (call->status == 200 && (call->action == UPLOAD || call->action == COMMIT)) {
		if (call->told > 0)
			violation("%s: %s %d.%ld was told that nothing is new, yet made a revision",
			          item->part_number, action_names[call->action], call->client,
			          call->serial);
	} else if (is_write(call) && is_done && call->told == 0) {
		violation("%s: acknowledged %s %d.%ld is lost", item->part_number,
		          action_names[call->action], call->client, call->serial);
	} else if (is_write(call) && !is_done && !is_unknown(call) && call->told > 0) {
		violation("%s: refused %s %d.%ld (%ld) is done all the same", item->part_number,
		          action_names[call->action], call->client, call->serial, call->status);
	}
	if (!wants_explanation(call))
		return;
	low = count_below(story->least_end_after, item->event_count, call->start, false);
	high = count_below(story->most_start_before, item->event_count, call->end, true);
	for (size_t at = low; at <= high; at++)
		if (explains(story, call, &story->states[at]))
			return;
	violation("%s: no state that it had explains the %ld to %s %d.%ld of %s", item->part_number,
	          call->status, action_names[call->action], call->client, call->serial, call->user);
}

void judge_calls(struct story *story)
{
	const struct item *item = story->item;
	size_t silent = 0, ended = 0;

	for (size_t i = 0; i < item->call_count; i++) {
		const struct call *call = &item->calls[i];

		judge_answer(story, call);
		silent += call->action == COMMIT && call->told == 0 &&
		          (call->status == 200 || is_unknown(call));
		ended += call->action == EXPIRE && call->status == 200;
	}
	if (story->silent_commits > silent)
		violation("%s: %zu locks ended by a commit, of at most %zu", item->part_number,
		          story->silent_commits, silent);
	if (ended > story->expired + 1)
		violation("%s: %zu leases ended and the feed tells of %zu", item->part_number,
		          ended, story->expired);
}
