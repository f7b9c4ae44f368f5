/*
 * The history checker: follows the rounds that load writes and proves of each, by story.c, that the
 * calls, the feed and the tables tell one story.
 *
 *   judge FOLDER ADMIN...
 *
 * Environment: SILO_OWNER_DATABASE; KEEP_ROUNDS keeps judged files; STOP_AT_FIRST ends at the first
 * round with a violation; ROUND_FIRST, the number of the first round; STOPS: sessions of Postgres
 * stand still at the times that the rounds tell, and at no other.
 *
 * Ends when FOLDER/end is there and every round is judged; exits 1 when there was a violation.  A
 * round with a violation keeps its file.  At the end it prints what the calls were, and the longest
 * time without an acknowledged write ("away").
 */
#include "round.h"
#include "story.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 60 };

static long tally[ACTIONS][STATUSES];
static long total_calls, total_events, total_revisions, feed_last = -1, rounds;
static uint64_t longest_away;
static long clock_ahead_ns; /* of the wall's clock, before the monotonic one */
static char admins[1024] = " ";
static PGconn *database;

static void give_up(const char *what)
{
	fprintf(stderr, "judge: %s: %s\n", what, PQerrorMessage(database));
	exit(2);
}

static PGresult *ask(const char *statement)
{
	PGresult *result = PQexec(database, statement);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(statement);
	return result;
}

static void run(const char *statement)
{
	PQclear(ask(statement));
}

static const char *text(const PGresult *rows, int row, int column)
{
	return PQgetvalue(rows, row, column);
}

static long integer(const PGresult *rows, int row, int column)
{
	return strtol(PQgetvalue(rows, row, column), NULL, 10);
}

static int by_item(const void *a, const void *b)
{
	const struct call *one = a, *two = b;

	if (one->item != two->item)
		return one->item < two->item ? -1 : 1;
	if (one->client != two->client)
		return one->client < two->client ? -1 : 1;
	return (one->serial > two->serial) - (one->serial < two->serial);
}

static int by_serial(const void *a, const void *b)
{
	const struct call *one = a, *two = b;

	if (one->client != two->client)
		return one->client < two->client ? -1 : 1;
	return (one->serial > two->serial) - (one->serial < two->serial);
}

/* A group is done as a whole or not at all. */
static void judge_groups(struct round *round)
{
	qsort(round->calls, round->count, sizeof *round->calls, by_serial);
	for (size_t i = 0; i < round->count; i += (size_t)round->calls[i].group) {
		const struct call *first = &round->calls[i];
		int told = 0;

		for (int k = 0; k < first->group && i + (size_t)k < round->count; k++)
			told += first[k].told;
		if (told != 0 && told != first->group)
			violation("round %ld: %s %d.%ld of %d items was done to %d", round->number,
			          action_names[first->action], first->client, first->serial,
			          first->group, told);
	}
}

static int by_end(const void *a, const void *b)
{
	const uint64_t *one = a, *two = b;

	return (*one > *two) - (*one < *two);
}

/* The longest time in which no write was acknowledged. */
static void measure_away(const struct round *round)
{
	uint64_t *ends = calloc(round->count + 1, sizeof *ends);
	size_t count = 0;

	for (size_t i = 0; i < round->count; i++)
		if ((round->calls[i].status == 200 || round->calls[i].status == 201) &&
		    round->calls[i].action < READ)
			ends[count++] = round->calls[i].end;
	qsort(ends, count, sizeof *ends, by_end);
	for (size_t i = 1; i < count; i++)
		if (ends[i] - ends[i - 1] > longest_away)
			longest_away = ends[i] - ends[i - 1];
	free(ends);
}

/*
 * One snapshot in which no event of the round waits any more: the hub moves the last within a
 * second, more after a fault.
 */
static void open_snapshot(long number)
{
	char statement[128];

	snprintf(statement, sizeof statement,
	         "select count(*) from silo.outbox where part_number like 'H-%ld-%%'", number);
	for (int tries = PATIENCE_SECONDS * 10;; tries--) {
		run("begin isolation level repeatable read");
		PGresult *rows = ask(statement);
		long waiting = integer(rows, 0, 0);

		PQclear(rows);
		if (waiting == 0)
			return;
		if (tries == 0) {
			violation("round %ld: %ld events were never moved to the feed", number,
			          waiting);
			return;
		}
		run("rollback");
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
}

/* All numbers of the feed are there, each once; the first call only notes the last number. */
static void judge_numbers(void)
{
	char statement[160];
	PGresult *rows;
	long last;

	snprintf(statement, sizeof statement,
	         "select count(*), coalesce(max(number), %ld) from silo.feed where number > %ld",
	         feed_last < 0 ? 0 : feed_last, feed_last);
	rows = ask(statement);
	last = integer(rows, 0, 1);
	if (feed_last >= 0 && integer(rows, 0, 0) != last - feed_last)
		violation("the feed has %ld rows between its numbers %ld and %ld",
		          integer(rows, 0, 0), feed_last, last);
	feed_last = last;
	PQclear(rows);
}

static const char events_of[] =
    "select split_part(i.part_number, '-', 3)::integer as item, f.number, f.type, x.by, "
    "x.locked_by, x.reason, x.renewed, x.revision_number, "
    "coalesce(x.comment, x.note, x.description, ''), x.lease_id, "
    "(extract(epoch from x.expires_at) * 1000000)::bigint, "
    "(extract(epoch from f.at) * 1000000)::bigint "
    "from silo.items i join silo.feed f on f.item_id = i.id, "
    "json_to_record(f.data::json) as x(\"by\" text, locked_by text, reason text, renewed boolean, "
    "revision_number integer, comment text, note text, description text, lease_id bigint, "
    "expires_at timestamptz) "
    "where i.part_number_key like 'h-%ld-%%' and f.type <> 'lock.expiring' order by 1, 2";
static const char revisions_of[] =
    "select split_part(i.part_number, '-', 3)::integer as item, r.revision_number, r.comment, "
    "r.created_by from silo.items i join silo.revisions r on r.item_id = i.id "
    "where i.part_number_key like 'h-%ld-%%' order by 1, 2";
static const char items_of[] =
    "select split_part(i.part_number, '-', 3)::integer as item, i.part_number, "
    "i.current_revision, i.version, i.description, coalesce(l.locked_by, '') "
    "from silo.items i left join silo.locks l on l.item_id = i.id "
    "where i.part_number_key like 'h-%ld-%%' order by 1";

static PGresult *ask_of_round(const char *format, long number)
{
	char statement[1024];

	snprintf(statement, sizeof statement, format, number);
	return ask(statement);
}

/* The rows from `*from` on that belong to the item; moves `*from` behind them. */
static int rows_of_item(const PGresult *rows, long item, int *from)
{
	int first = *from;

	while (*from < PQntuples(rows) && integer(rows, *from, 0) == item)
		++*from;
	return *from - first;
}

/* An instant of Postgres, on this machine, as now_ns() would tell it; 0 for none. */
static uint64_t monotonic(const PGresult *rows, int row, int column)
{
	long microseconds = integer(rows, row, column);

	return microseconds == 0 ? 0 : (uint64_t)(microseconds * 1000 - clock_ahead_ns);
}

static void read_clocks(void)
{
	struct timespec wall, steady;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &steady);
	clock_ahead_ns =
	    (wall.tv_sec - steady.tv_sec) * 1000000000L + wall.tv_nsec - steady.tv_nsec;
}

static void fill_events(struct item *item, const PGresult *rows, int first, int count)
{
	item->events = calloc((size_t)count + 1, sizeof *item->events);
	item->event_count = (size_t)count;
	for (int i = 0; i < count; i++)
		item->events[i] = (struct event){.number = integer(rows, first + i, 1),
		                                 .type = text(rows, first + i, 2),
		                                 .by = text(rows, first + i, 3),
		                                 .locked_by = text(rows, first + i, 4),
		                                 .reason = text(rows, first + i, 5),
		                                 .renewed = *text(rows, first + i, 6) == 't',
		                                 .revision = (int)integer(rows, first + i, 7),
		                                 .tag = text(rows, first + i, 8),
		                                 .lease = (int)integer(rows, first + i, 9),
		                                 .lease_ends = monotonic(rows, first + i, 10),
		                                 .at = monotonic(rows, first + i, 11)};
}

static void fill_revisions(struct item *item, const PGresult *rows, int first, int count)
{
	item->revisions = calloc((size_t)count + 1, sizeof *item->revisions);
	item->revision_count = (size_t)count;
	for (int i = 0; i < count; i++)
		item->revisions[i] =
		    (struct revision){(int)integer(rows, first + i, 1), text(rows, first + i, 2),
		                      text(rows, first + i, 3)};
}

static void judge_items(struct round *round)
{
	PGresult *items = ask_of_round(items_of, round->number);
	PGresult *events = ask_of_round(events_of, round->number);
	PGresult *revisions = ask_of_round(revisions_of, round->number);
	int event = 0, revision = 0;
	size_t call = 0;

	for (int row = 0; row < PQntuples(items); row++) {
		long number = integer(items, row, 0);
		struct item item = {.part_number = text(items, row, 1),
		                    .current_revision = (int)integer(items, row, 2),
		                    .version = (int)integer(items, row, 3),
		                    .description = text(items, row, 4),
		                    .locked_by = text(items, row, 5),
		                    .admins = admins};
		int first_event = event, first_revision = revision;

		fill_events(&item, events, first_event, rows_of_item(events, number, &event));
		fill_revisions(&item, revisions, first_revision,
		               rows_of_item(revisions, number, &revision));
		item.calls = round->calls + call;
		while (call < round->count && round->calls[call].item == number)
			call++;
		item.call_count = (size_t)(round->calls + call - item.calls);
		story_judge(&item);
		free(item.events);
		free(item.revisions);
	}
	if (call != round->count)
		violation("round %ld: item %d is not in the database", round->number,
		          round->calls[call].item);
	total_events += PQntuples(events);
	total_revisions += PQntuples(revisions);
	PQclear(items);
	PQclear(events);
	PQclear(revisions);
}

static void judge_round(long number, const char *path)
{
	static struct round round; /* large */
	long before = violations();

	round = (struct round){.number = number};
	read_clocks();
	round_read(&round, path);
	for (size_t i = 0; i < round.count; i++)
		tally[round.calls[i].action][round.calls[i].status]++;
	qsort(round.calls, round.count, sizeof *round.calls, by_item);
	open_snapshot(number);
	judge_numbers();
	judge_items(&round);
	run("commit");
	judge_groups(&round);
	measure_away(&round);
	total_calls += (long)round.count;
	rounds++;
	free(round.calls);
	if (violations() == before && !getenv("KEEP_ROUNDS"))
		unlink(path);
	if (rounds % 10 == 0) {
		printf("%ld rounds, %ld calls, %ld violations\n", rounds, total_calls,
		       violations());
		fflush(stdout);
	}
}

static void print_tally(void)
{
	printf("%-9s", "status");
	for (int status = 0; status < STATUSES; status++) {
		long sum = 0;

		for (int action = 0; action < ACTIONS; action++)
			sum += tally[action][status];
		if (sum == 0)
			continue;
		printf("\n%-9s", status ? "" : "none");
		if (status)
			printf("\r%-9d", status);
		for (int action = 0; action < ACTIONS; action++)
			if (tally[action][status])
				printf(" %s %ld", action_names[action], tally[action][status]);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	char path[512], end[512];
	const char *first = getenv("ROUND_FIRST");
	bool is_last = false;

	if (argc < 3 || !getenv("SILO_OWNER_DATABASE")) {
		fputs("usage: judge FOLDER ADMIN...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		snprintf(admins + strlen(admins), sizeof admins - strlen(admins), "%s ", argv[i]);
	database = PQconnectdb(getenv("SILO_OWNER_DATABASE"));
	if (PQstatus(database) != CONNECTION_OK)
		give_up("cannot connect");
	judge_numbers();
	snprintf(end, sizeof end, "%s/end", argv[1]);
	for (long number = first ? strtol(first, NULL, 10) : 1; !is_last;) {
		is_last = access(end, F_OK) == 0;
		snprintf(path, sizeof path, "%s/round-%ld", argv[1], number);
		if (access(path, F_OK) == 0) {
			judge_round(number++, path);
			is_last = violations() > 0 && getenv("STOP_AT_FIRST");
		} else {
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		}
	}
	PQfinish(database);
	print_tally();
	printf("judged: %ld calls, %ld events, %ld revisions in %ld rounds; away %.2f s; "
	       "%ld violations\n",
	       total_calls, total_events, total_revisions, rounds, (double)longest_away / 1e9,
	       violations());
	return violations() > 0;
}
