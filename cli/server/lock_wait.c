/*
 * Waiting for locks on the event stream.  The stream is connected before the lock is tried, so
 * that a release between the two is not missed; now and then it is tried anyway.
 */
#include "config.h"

#include "server/lock_wait.h"

#include <string.h>
#include <strings.h>
#include "core/clock.h"
#include "core/members.h"
#include "core/text.h"
#include "server/stream.h"
#include "server/words.h"
#include "terminal/output.h"
#include "terminal/progress.h"

enum { TRY_ANYWAY_MS = 60000 };

/* The stream of these parts' events; of all when they are too many for an address. */
static char *stream_path(struct silo *silo, char **part_numbers, int count)
{
	char *path =
	    arena_print(silo->arena, "/api/events?types=item.unlocked,item.deleted,server.state");

	for (int i = 0; count <= STREAM_PARTS_MOST && i < count; i++)
		path = arena_print(silo->arena, "%s&part_number=%s", path,
		                   text_encoded(silo->arena, part_numbers[i]));
	return path;
}

/* Says what we wait for; on a line of its own once, where no line can be redrawn. */
static void tell(struct silo *silo, struct progress *line, json_object *lock, const char **said)
{
	const char *part = member_text(lock, "part_number");
	char *words =
	    lock == NULL ? arena_print(silo->arena, "waiting for %s, which is read-only", silo->url)
	                 : arena_print(silo->arena, "waiting for %s, held by %s",
	                               part ? part : "it", words_lock(silo, lock));

	if (line != NULL)
		progress_note(line, words);
	else if (*said == NULL || strcmp(*said, words) != 0)
		output_say(silo, "%s\n", words);
	*said = words;
}

/* Milliseconds until the lock is worth another try, whatever the stream says. */
static int64_t until_next_try(struct silo *silo, json_object *lock, int64_t left)
{
	time_t ends = text_time(member_text(lock, "expires_at"));
	int64_t ms = TRY_ANYWAY_MS, lease = (int64_t)(ends - http_now(silo->http)) * 1000 + 500;

	if (ends != (time_t)-1 && lease >= 0 && lease < ms)
		ms = lease;
	return left >= 0 && left < ms ? left : ms;
}

/* Is it worth waiting?  After an hour of waiting, a restart of the server is no reason to give up.
 */
static bool worth_waiting(struct silo *silo, int ended, bool waited)
{
	return ended == SILO_HELD ||
	       (ended == SILO_AWAY &&
	        (waited || strcmp(silo->failure.code, "server_read_only") == 0));
}

int lock_wait(struct silo *silo, json_object *body, char **part_numbers, int count, int64_t timeout,
              struct api_answer *answer)
{
	int64_t deadline = timeout > 0 ? clock_ms() + timeout * 1000 : -1;
	struct stream *stream = NULL;
	struct progress *line = progress_new(silo, "");
	const char *said = NULL;
	int ended;

	for (;;) {
		struct stream_event event;
		int64_t left;
		json_object *lock;

		ended =
		    api_call_repeatable(silo, "POST", "/api/locks", json_object_get(body), answer);
		left = deadline >= 0 ? deadline - clock_ms() : -1;
		if (!worth_waiting(silo, ended, stream != NULL) || (deadline >= 0 && left <= 0))
			break;
		lock = member_object(answer->body, "lock");
		if (lock != NULL || strcmp(silo->failure.code, "server_read_only") == 0)
			tell(silo, line, lock, &said);
		if (stream == NULL) {
			/* The first news is that the stream is open: then the lock is tried again.
			 */
			stream =
			    stream_open(silo, stream_path(silo, part_numbers, count), NULL, false);
		}
		silo->failure = (struct failure){0};
		if (stream_next(stream, until_next_try(silo, lock, left), &event) ==
		    STREAM_REFUSED) {
			ended = silo->failure.exit;
			break;
		}
	}
	progress_end(line);
	if (stream != NULL)
		stream_close(stream);
	return ended;
}
