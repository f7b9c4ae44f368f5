/*
 * The history program: many clients take, renew, release and force locks, change items, upload and
 * commit, alone and in groups, on the few items of a round; now and then the lease of one ends, or,
 * with STOPS, sessions of Postgres stand still.
 * Every call is written down with its start, end and answer (history.h).
 *
 *   load FOLDER OPERATIONS SECONDS CLIENTS ITEMS ROUND < tokens
 *
 * Ends after OPERATIONS calls, SECONDS, or SIGTERM; a round has ROUND calls.  Standard input: lines
 * "user role token".  Environment: SILO_PORT, SILO_OWNER_DATABASE; ROUND_FIRST, the number of the
 * first round; LEASE_SECONDS (3600), what an acquire asks for; STOPS: leases end by themselves
 * alone.
 */
#include "load.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USERS_MOST = 64 };

static struct user users[USERS_MOST];
static struct client clients[CLIENTS_MOST];
struct load load = {.lease_seconds = 3600};
static int user_count, client_count, port;
static FILE *history;
static const char *folder;
static pthread_mutex_t history_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t beginning, ending;
static atomic_long round_left, calls_done;
static atomic_bool is_over; /* no further round */
static volatile sig_atomic_t is_asked_to_end;
static uint64_t stop_at;

static void ask_to_end(int signal_number)
{
	(void)signal_number;
	is_asked_to_end = 1;
}

static bool time_is_up(void)
{
	return is_asked_to_end || now_ns() >= stop_at;
}

bool round_is_over(void)
{
	return atomic_load(&round_left) <= 0 || time_is_up();
}

void flush_lines(struct client *client)
{
	pthread_mutex_lock(&history_lock);
	fwrite(client->lines, 1, client->line_length, history);
	fflush(history);
	pthread_mutex_unlock(&history_lock);
	client->line_length = 0;
}

void write_down(struct client *client, const struct call *call)
{
	if (client->line_length + 256 > LINES_SPACE)
		flush_lines(client);
	client->line_length += (size_t)snprintf(
	    client->lines + client->line_length, 256,
	    "%llu %llu %d %s %s %d %d %ld %d %d %d %ld %d %d\n", (unsigned long long)call->start,
	    (unsigned long long)call->end, client->number, client->user->name,
	    action_names[call->action], call->item, call->group, call->serial, call->base,
	    call->version, call->content, call->status, call->number, call->lease);
}

bool round_begins(void)
{
	pthread_barrier_wait(&beginning);
	return !atomic_load(&is_over);
}

void round_ends(void)
{
	pthread_barrier_wait(&ending);
}

static void *run_client(void *context)
{
	struct client *client = context;

	while (round_begins()) {
		client_new_round(client);
		while (atomic_fetch_sub(&round_left, 1) > 0 && !time_is_up()) {
			client_call(client);
			atomic_fetch_add(&calls_done, 1);
		}
		flush_lines(client);
		round_ends();
	}
	return NULL;
}

static void make_items(void)
{
	for (int item = 0; item < load.item_count; item++) {
		long status = 0;

		while (status != 201 && status != 409 && !time_is_up())
			status = request_new_item(&clients[0], item);
	}
}

static void run_round(long calls)
{
	char part[512], whole[512];

	snprintf(part, sizeof part, "%s/round-%ld.part", folder, load.round_number);
	snprintf(whole, sizeof whole, "%s/round-%ld", folder, load.round_number);
	history = fopen(part, "w");
	if (!history) {
		perror(part);
		exit(2);
	}
	make_items();
	atomic_store(&round_left, calls);
	pthread_barrier_wait(&beginning);
	pthread_barrier_wait(&ending);
	if (fclose(history) != 0 || rename(part, whole) != 0) {
		perror(whole);
		exit(2);
	}
}

static bool read_users(void)
{
	while (user_count < USERS_MOST &&
	       scanf("%23s %15s %127s", users[user_count].name, users[user_count].role,
	             users[user_count].token) == 3)
		user_count++;
	return user_count > 0;
}

static long number(const char *text, long least, long most)
{
	char *end;
	long value = text ? strtol(text, &end, 10) : 0;

	if (!text || *end || value < least || value > most) {
		fputs("usage: load FOLDER OPERATIONS SECONDS CLIENTS ITEMS ROUND < tokens\n",
		      stderr);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	pthread_t threads[CLIENTS_MOST + 1];
	const char *first = getenv("ROUND_FIRST");
	char end_name[512];
	long operations, round_calls;
	uint64_t began = now_ns();

	if (argc != 7 || !getenv("SILO_OWNER_DATABASE") || !read_users())
		number(NULL, 0, 0);
	folder = argv[1];
	port = (int)number(getenv("SILO_PORT"), 1, 65535);
	operations = number(argv[2], 1, 1L << 40);
	stop_at = began + (uint64_t)number(argv[3], 1, 1000000) * 1000000000u;
	client_count = (int)number(argv[4], 1, CLIENTS_MOST - 1);
	load.item_count = (int)number(argv[5], 1, ITEMS_MOST);
	round_calls = number(argv[6], 1, 10000000);
	if (getenv("LEASE_SECONDS"))
		load.lease_seconds = (int)number(getenv("LEASE_SECONDS"), 1, 86400);
	signal(SIGTERM, ask_to_end);
	signal(SIGPIPE, SIG_IGN);
	pthread_barrier_init(&beginning, NULL, (unsigned)client_count + 2);
	pthread_barrier_init(&ending, NULL, (unsigned)client_count + 2);
	for (int i = 0; i < client_count; i++) {
		clients[i].number = i;
		clients[i].user = &users[i % user_count];
		clients[i].seed = (unsigned)i * 7919u + (unsigned)time(NULL);
		exchange_init(&clients[i].exchange, port);
		pthread_create(&threads[i], NULL, run_client, &clients[i]);
	}
	pthread_create(&threads[client_count], NULL, getenv("STOPS") ? run_stops : run_clock, NULL);
	for (load.round_number = first ? number(first, 1, 1L << 30) : 1;
	     atomic_load(&calls_done) < operations && !time_is_up(); load.round_number++) {
		long left = operations - atomic_load(&calls_done);

		run_round(left < round_calls ? left : round_calls);
	}
	atomic_store(&is_over, true);
	pthread_barrier_wait(&beginning);
	for (int i = 0; i <= client_count; i++)
		pthread_join(threads[i], NULL);
	snprintf(end_name, sizeof end_name, "%s/end", folder);
	history = fopen(end_name, "w");
	if (!history || fclose(history) != 0)
		return 2;
	printf("load: %ld calls in %.1f s, %.0f a second\n", atomic_load(&calls_done),
	       (double)(now_ns() - began) / 1e9,
	       (double)atomic_load(&calls_done) * 1e9 / (double)(now_ns() - began));
	return 0;
}
