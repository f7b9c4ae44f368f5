/*
 * What ends or stops beside the clients: leases before their time, and sessions of Postgres that
 * stand still.  See load.h.
 */
#include "load.h"
#include "stops.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Lets the lease of one item end now, as if its time were over; the server's clock does not know.
 * In every other round it ends in the middle of others' transactions: one that has judged the lease
 * before may still renew it, so the outcome is written down as unknown.
 */
static void end_a_lease(PGconn *database, struct client *as_clock)
{
	struct call call = {.item = (int)(rand_r(&as_clock->seed) % load.item_count),
	                    .group = 1,
	                    .base = NOTHING,
	                    .version = NOTHING,
	                    .content = NOTHING,
	                    .number = NOTHING,
	                    .lease = NOTHING,
	                    .action = EXPIRE,
	                    .serial = ++as_clock->serial,
	                    .start = now_ns()};
	char name[64];
	const char *values[] = {name};

	snprintf(name, sizeof name, "h-%ld-%d", load.round_number, call.item);
	PGresult *result =
	    PQexecParams(database,
	                 load.round_number % 2
	                     ? "with i as (select id from silo.items where part_number_key = $1 "
	                       "for no key update) update silo.locks l set expires_at = "
	                       "greatest(clock_timestamp(), l.locked_at + interval '1 us') from i "
	                       "where i.id = l.item_id and l.expires_at > clock_timestamp()"
	                     : "update silo.locks l set expires_at = greatest(clock_timestamp(), "
	                       "l.locked_at + interval '1 us') from silo.items i "
	                       "where i.id = l.item_id and i.part_number_key = $1 "
	                       "and l.expires_at > clock_timestamp()",
	                 1, NULL, values, NULL, NULL, 0);
	call.end = now_ns();
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		write_down(as_clock, &call);
	} else if (strcmp(PQcmdTuples(result), "1") == 0) {
		call.status = load.round_number % 2 ? 200 : 0;
		write_down(as_clock, &call);
	}
	PQclear(result);
}

void *run_clock(void *context)
{
	static const struct user clock_user = {.name = "clock"};
	static struct client as_clock = {.number = CLIENTS_MOST, .user = &clock_user, .seed = 7};
	PGconn *database = PQconnectdb(getenv("SILO_OWNER_DATABASE"));

	(void)context;
	while (round_begins()) {
		while (!round_is_over()) {
			if (PQstatus(database) == CONNECTION_OK)
				end_a_lease(database, &as_clock);
			else
				PQreset(database);
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		}
		flush_lines(&as_clock);
		round_ends();
	}
	PQfinish(database);
	return NULL;
}

/* Takes the clock's place. */
void *run_stops(void *context)
{
	static const struct user nobody = {.name = "nobody"};
	static struct client as_nobody = {.number = CLIENTS_MOST, .user = &nobody, .seed = 7};
	PGconn *owner = PQconnectdb(getenv("SILO_OWNER_DATABASE"));

	(void)context;
	as_nobody.seed += (unsigned)time(NULL);
	while (round_begins()) {
		while (!round_is_over()) {
			struct call call = {.group = 1,
			                    .base = NOTHING,
			                    .version = NOTHING,
			                    .content = NOTHING,
			                    .number = NOTHING,
			                    .lease = NOTHING,
			                    .action = STOP,
			                    .serial = ++as_nobody.serial};
			struct stop stop;

			if (PQstatus(owner) != CONNECTION_OK)
				PQreset(owner);
			else if (stop_once(owner, round_is_over, &as_nobody.seed, &stop)) {
				call.start = stop.start;
				call.end = stop.end;
				write_down(&as_nobody, &call);
			}
		}
		flush_lines(&as_nobody);
		round_ends();
	}
	PQfinish(owner);
	return NULL;
}
