/*
 * Fuzz target: the event stream parser of the command line, fed in pieces; it must give the same
 * events however the bytes are cut.
 *
 * links: cli
 */
#include "server/sse.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct tally {
	size_t count;
	uint64_t mix;
};

static void mix(struct tally *tally, const char *text)
{
	for (; *text != '\0'; text++)
		tally->mix = tally->mix * 1099511628211U + (unsigned char)*text;
	tally->mix = tally->mix * 31 + 7;
}

static void take(void *context, const struct sse_event *event)
{
	struct tally *tally = context;

	tally->count++;
	mix(tally, event->id);
	mix(tally, event->type);
	mix(tally, event->data);
}

/* Feeds all bytes, `piece` at a time. */
static struct tally feed(const char *bytes, size_t size, size_t piece)
{
	struct tally tally = {0, 0};
	struct sse *sse = sse_new();

	for (size_t at = 0; at < size; at += piece)
		if (!sse_feed(sse, bytes + at, size - at < piece ? size - at : piece, take, &tally))
			abort();
	mix(&tally, sse_last_id(sse));
	sse_free(sse);
	return tally;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct tally whole = feed((const char *)bytes, size, size + 1);
	struct tally pieces = feed((const char *)bytes, size, size > 0 ? bytes[0] % 7U + 1 : 1);

	if (whole.count != pieces.count || whole.mix != pieces.mix)
		abort();
	return 0;
}
