/* Reading a round; see round.h. */
#include "round.h"
#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_call(FILE *file, struct call *call)
{
	unsigned long long start, end;
	char action[16];

	*call = (struct call){0};
	if (fscanf(file, "%llu %llu %d %23s %15s %d %d %ld %d %d %d %ld %d %d", &start, &end,
	           &call->client, call->user, action, &call->item, &call->group, &call->serial,
	           &call->base, &call->version, &call->content, &call->status, &call->number,
	           &call->lease) != 14)
		return false;
	call->start = start;
	call->end = end;
	while (call->action < ACTIONS && strcmp(action, action_names[call->action]) != 0)
		call->action++;
	return call->action < ACTIONS && call->status >= 0 && call->status < STATUSES &&
	       call->item >= 0 && call->item < ITEMS_MOST;
}

/*
 * When the effect of a call was there for certain, if it has one.  A worker's 503 comes after that,
 * unless the session was stopped while it committed: then when it has gone on.  What else became of
 * a call without an answer is not known.
 */
static uint64_t settled(const struct round *round, const struct call *call)
{
	uint64_t at = call->end;

	if (call->status == 0 || call->status == 502 || (call->status == 503 && !getenv("STOPS")))
		return UINT64_MAX;
	if (call->status != 503)
		return at;
	for (size_t i = 0; i < round->stop_count; i++)
		if (round->stops[i].start <= call->end && round->stops[i].end > at)
			at = round->stops[i].end;
	return at + TOLERANCE_NS;
}

void round_read(struct round *round, const char *path)
{
	FILE *file = fopen(path, "r");
	struct call call;

	if (!file) {
		perror(path);
		exit(2);
	}
	while (read_call(file, &call)) {
		if (call.action == STOP) {
			if (round->stop_count < STOPS_MOST)
				round->stops[round->stop_count++] = call;
			continue;
		}
		if (round->count == round->space) {
			round->space = round->space ? round->space * 2 : 65536;
			round->calls = realloc(round->calls, round->space * sizeof call);
			if (!round->calls) {
				perror("judge");
				exit(2);
			}
		}
		round->calls[round->count++] = call;
	}
	if (!feof(file)) {
		fprintf(stderr, "judge: %s is no history from line %zu on\n", path,
		        round->count + 1);
		exit(2);
	}
	fclose(file);
	for (size_t i = 0; i < round->count; i++)
		round->calls[i].settled = settled(round, &round->calls[i]);
}
