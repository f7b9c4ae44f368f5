/*
 * The history checker: reads what load wrote down and the database afterwards, and proves that they
 * tell one story.  Knows the contract, nothing of how the server keeps it.
 *
 *   judge < history      (environment: SILO_OWNER_DATABASE)
 *
 * It says "violation: …" and exits 1 when
 *   - two users held one item at one time (by the calls' own clocks),
 *   - an upload answered 201 is not in the database, or a refused one is,
 *   - revision numbers have a gap, or one follows another base than it named,
 *   - the feed's numbers have a gap, or an item's events do not form a legal story:
 *     locked only when free, unlocked only from its holder, revisions only by the holder or when
 *     free, in order, each told once.
 */
#include <libpq-fe.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
	uint64_t start, end;
	char user[65], action[16], item[32], detail[64];
	int client;
	long status;
};

static struct call *calls;
static size_t call_count;
static long violations;

static void violation(const char *format, ...)
{
	va_list words;

	if (++violations > 20)
		return;
	va_start(words, format);
	fputs("violation: ", stdout);
	vprintf(format, words);
	putchar('\n');
	va_end(words);
}

static void read_history(void)
{
	size_t space = 0;
	struct call call;

	while (scanf("%lu %lu %d %64s %15s %31s %63s %ld", &call.start, &call.end, &call.client,
	             call.user, call.action, call.item, call.detail, &call.status) == 8) {
		if (call_count == space) {
			space = space ? space * 2 : 65536;
			calls = realloc(calls, space * sizeof *calls);
			if (!calls)
				exit(2);
		}
		calls[call_count++] = call;
	}
}

static int by_item_and_start(const void *a, const void *b)
{
	const struct call *one = a, *two = b;
	int item = strcmp(one->item, two->item);

	return item ? item : (one->start > two->start) - (one->start < two->start);
}

/* May this call have ended `holder`'s lock, if it took effect at all? */
static bool may_end(const struct call *call, const char *holder)
{
	if (strcmp(call->action, "expire") == 0)
		return true;
	if (call->status != 0 && (call->status < 200 || call->status > 299))
		return false;
	if (strcmp(call->action, "release") == 0)
		return true; /* by the holder, or by an admin's force */
	return strcmp(call->action, "upload") == 0 && strcmp(call->user, holder) == 0;
}

/*
 * Two holders: A was told "yours" (at A.end), B was told "yours", B's call began after A's answer,
 * and no call that may have ended A's lock began before B's answer came.
 */
static void judge_holders(void)
{
	for (size_t i = 0; i < call_count; i++) {
		const struct call *mine = &calls[i];

		if (strcmp(mine->action, "acquire") != 0 ||
		    (mine->status != 201 && mine->status != 200))
			continue;
		for (size_t j = i + 1; j < call_count && strcmp(calls[j].item, mine->item) == 0;
		     j++) {
			const struct call *next = &calls[j];
			bool ended = false;

			if (strcmp(next->action, "acquire") != 0 || next->status != 201 ||
			    next->start < mine->end || strcmp(next->user, mine->user) == 0)
				continue;
			/* Everything of this item that overlaps the time from my call to the
			 * other's answer. */
			for (size_t k = 0; k < call_count && !ended; k++) {
				size_t at = i >= 400 ? i - 400 + k : k;

				if (at >= call_count || (at > j && calls[at].start > next->end))
					break;
				ended = strcmp(calls[at].item, mine->item) == 0 &&
				        calls[at].end > mine->start &&
				        calls[at].start < next->end &&
				        may_end(&calls[at], mine->user);
			}
			if (!ended)
				violation("%s was given to %s and then to %s while the first still "
				          "held it",
				          mine->item, mine->user, next->user);
			break;
		}
	}
}

static PGresult *ask(PGconn *database, const char *statement)
{
	PGresult *result = PQexec(database, statement);

	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		fprintf(stderr, "judge: %s", PQerrorMessage(database));
		exit(2);
	}
	return result;
}

struct made {
	const char *item, *comment;
	int number;
	bool claimed;
};

static int by_comment(const void *a, const void *b)
{
	const struct made *one = a, *two = b;
	int item = strcmp(one->item, two->item);

	return item ? item : strcmp(one->comment, two->comment);
}

static void judge_uploads(PGconn *database)
{
	PGresult *rows = ask(
	    database, "select i.part_number, r.comment, r.revision_number from silo.revisions r "
	              "join silo.items i on i.id = r.item_id where i.part_number_key like 'h-%' "
	              "order by i.id, r.revision_number");
	int count = PQntuples(rows), previous = 0;
	struct made *made = calloc((size_t)count + 1, sizeof *made);

	for (int row = 0; row < count; row++) {
		made[row] = (struct made){PQgetvalue(rows, row, 0), PQgetvalue(rows, row, 1),
		                          atoi(PQgetvalue(rows, row, 2)), false};
		previous =
		    row > 0 && strcmp(made[row].item, made[row - 1].item) == 0 ? previous + 1 : 1;
		if (made[row].number != previous)
			violation("%s: revision %d stands where %d should", made[row].item,
			          made[row].number, previous);
	}
	qsort(made, (size_t)count, sizeof *made, by_comment);
	for (size_t i = 0; i < call_count; i++) {
		struct call *call = &calls[i];
		char comment[48];
		int base, number;
		struct made wanted = {call->item, comment, 0, false}, *found;

		if (strcmp(call->action, "upload") != 0 ||
		    sscanf(call->detail, "%47[^,],%d,%d", comment, &base, &number) != 3)
			continue;
		found = bsearch(&wanted, made, (size_t)count, sizeof *made, by_comment);
		if (call->status == 201 && !found)
			violation("%s: acknowledged upload %s is lost", call->item, comment);
		else if (call->status == 201 && found->number != number)
			violation("%s: upload %s was told revision %d and is %d", call->item,
			          comment, number, found->number);
		else if (call->status != 201 && call->status != 0 && call->status < 500 && found)
			violation("%s: refused upload %s (%ld) is stored", call->item, comment,
			          call->status);
		if (found && base >= 0 && found->number != base + 1)
			violation("%s: upload %s started from %d and became %d: an update is lost",
			          call->item, comment, base, found->number);
		if (found)
			found->claimed = true;
	}
	for (int row = 0; row < count; row++)
		if (!made[row].claimed)
			violation("%s: revision %d was made by nobody's call", made[row].item,
			          made[row].number);
	printf("judged: %zu calls, %d revisions\n", call_count, count);
	free(made);
	PQclear(rows);
}

/* Each item's events, in the feed's order, as a story: who holds it, which revision is next. */
static void judge_feed(PGconn *database)
{
	PGresult *rows = ask(
	    database, "select part_number, type, coalesce(data::json ->> 'locked_by', ''), "
	              "coalesce(data::json ->> 'by', ''), coalesce(data::json ->> 'renewed', ''), "
	              "coalesce(data::json ->> 'revision_number', '0'), number from silo.feed "
	              "where part_number like 'H-%' order by part_number, number");
	PGresult *gaps =
	    ask(database, "select count(*), coalesce(max(number) - min(number) + 1, 0), "
	                  "(select count(*) from silo.outbox) from silo.feed");
	PGresult *heads = ask(database, "select coalesce(sum(current_revision), 0) from silo.items "
	                                "where part_number_key like 'h-%'");
	char holder[65] = "";
	int revision = 0, told = 0;

	if (strcmp(PQgetvalue(gaps, 0, 0), PQgetvalue(gaps, 0, 1)) != 0)
		violation("the feed has %s rows where its numbers span %s", PQgetvalue(gaps, 0, 0),
		          PQgetvalue(gaps, 0, 1));
	if (strcmp(PQgetvalue(gaps, 0, 2), "0") != 0)
		violation("%s events were never moved to the feed", PQgetvalue(gaps, 0, 2));
	for (int row = 0; row < PQntuples(rows); row++) {
		const char *item = PQgetvalue(rows, row, 0), *type = PQgetvalue(rows, row, 1);
		const char *locked_by = PQgetvalue(rows, row, 2), *by = PQgetvalue(rows, row, 3);
		bool renewed = strcmp(PQgetvalue(rows, row, 4), "true") == 0;

		if (row == 0 || strcmp(item, PQgetvalue(rows, row - 1, 0)) != 0) {
			holder[0] = '\0';
			revision = 0;
		}
		if (strcmp(type, "item.locked") == 0) {
			if (renewed ? strcmp(holder, locked_by) != 0 : holder[0] != '\0')
				violation("%s: event %s gives it to %s while '%s' holds it", item,
				          PQgetvalue(rows, row, 6), locked_by, holder);
			snprintf(holder, sizeof holder, "%s", locked_by);
		} else if (strcmp(type, "item.unlocked") == 0) {
			if (strcmp(holder, locked_by) != 0)
				violation("%s: event %s takes it from %s while '%s' holds it", item,
				          PQgetvalue(rows, row, 6), locked_by, holder);
			holder[0] = '\0';
		} else if (strcmp(type, "revision.created") == 0) {
			int number = atoi(PQgetvalue(rows, row, 5));

			told++;
			if (number != ++revision)
				violation("%s: the feed tells revision %d where %d should be", item,
				          number, revision);
			/*
			 * A lease that has run out may still have its row when another writes: then
			 * the feed tells its end after the write.  Such a write is legal, so only a
			 * lock that goes on is a fault.
			 */
			if (holder[0] && strcmp(holder, by) != 0 && row + 1 < PQntuples(rows)) {
				int later = row + 1;

				while (later < PQntuples(rows) &&
				       strcmp(PQgetvalue(rows, later, 0), item) == 0 &&
				       strncmp(PQgetvalue(rows, later, 1), "item.", 5) != 0)
					later++;
				if (later < PQntuples(rows) &&
				    strcmp(PQgetvalue(rows, later, 1), "item.locked") == 0 &&
				    strcmp(PQgetvalue(rows, later, 0), item) == 0)
					violation("%s: revision %d by %s while %s held the lock",
					          item, number, by, holder);
			}
		}
	}
	if (told != atoi(PQgetvalue(heads, 0, 0)))
		violation("the feed tells %d revisions, the items have %s", told,
		          PQgetvalue(heads, 0, 0));
	printf("judged: %d events\n", PQntuples(rows));
	PQclear(rows);
	PQclear(gaps);
	PQclear(heads);
}

int main(void)
{
	PGconn *database = PQconnectdb(getenv("SILO_OWNER_DATABASE"));

	if (PQstatus(database) != CONNECTION_OK) {
		fputs(PQerrorMessage(database), stderr);
		return 2;
	}
	read_history();
	qsort(calls, call_count, sizeof *calls, by_item_and_start);
	judge_holders();
	judge_uploads(database);
	judge_feed(database);
	PQfinish(database);
	free(calls);
	printf("%ld violations\n", violations);
	return violations > 0;
}
