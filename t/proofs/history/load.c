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
#include "exchange.h"
#include "history.h"
#include "stops.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { USERS_MOST = 64, LINES_SPACE = 8192 };

struct user {
	char name[24], role[16], token[128];
};

struct client {
	int number;
	const struct user *user;
	unsigned seed;
	long serial;
	int held;                    /* an item it thinks it holds */
	int known_lease[ITEMS_MOST]; /* the last that was its own, NOTHING = none yet */
	int known_revision[ITEMS_MOST], known_version[ITEMS_MOST]; /* version: NOTHING = unknown */
	int unsure;        /* the item of a call that was given up, or NOTHING */
	struct call again; /* an upload whose answer was lost */
	bool is_lost;
	size_t line_length;
	char lines[LINES_SPACE];
	struct exchange exchange;
};

static struct user users[USERS_MOST];
static struct client clients[CLIENTS_MOST];
static int user_count, client_count, item_count, port, lease_seconds = 3600;
static long round_number;
static FILE *history;
static const char *folder;
static pthread_mutex_t history_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t round_begins, round_ends;
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

static bool round_is_over(void)
{
	return atomic_load(&round_left) <= 0 || time_is_up();
}

static void flush_lines(struct client *client)
{
	pthread_mutex_lock(&history_lock);
	fwrite(client->lines, 1, client->line_length, history);
	fflush(history);
	pthread_mutex_unlock(&history_lock);
	client->line_length = 0;
}

static void write_down(struct client *client, const struct call *call)
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

static unsigned dice(struct client *client, unsigned sides)
{
	return (unsigned)rand_r(&client->seed) % sides;
}

/* One request; `more` are further header lines, `body` may be empty. */
static long ask(struct client *client, const char *method, const char *path, const char *type,
                const char *more, const char *body)
{
	char request[4096];
	int length = snprintf(request, sizeof request,
	                      "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	                      "Content-Type: %s\r\nContent-Length: %zu\r\n%s\r\n%s",
	                      method, path, client->user->token, type, strlen(body), more, body);

	return exchange_run(&client->exchange, request, (size_t)length);
}

/* A number in the last answer's body, e.g. "revision_number" : 7. */
static int answered(const struct client *client, const char *member)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof key, "\"%s\"", member);
	at = strstr(client->exchange.body, key);
	return at ? (int)strtol(at + strlen(key) + strspn(at + strlen(key), " :"), NULL, 10)
	          : NOTHING;
}

/* The state of the item that an answer tells: ETag "revision.version…", else the refusal's words.
 */
static void learn(struct client *client, const struct call *call)
{
	const char *tag = exchange_header(&client->exchange, "ETag");
	int *revision = &client->known_revision[call->item];
	int *version = &client->known_version[call->item];

	if ((call->action == READ || call->action == CHANGE) && call->status == 200 && tag) {
		sscanf(tag, "\"%d.%d", revision, version);
	} else if (call->status == 412 && !strstr(client->exchange.body, "\"other_lease\"")) {
		tag = strstr(client->exchange.body, "\"etag\"");
		*revision = answered(client, "current_revision");
		if (!tag || sscanf(tag, "\"etag\"%*[ :]\"%d.%d", revision, version) != 2)
			*version = NOTHING;
	} else if (call->number != NOTHING) {
		*revision = call->number;
		*version = NOTHING;
	}
}

/* The headers and the end of the query that name what the call starts from. */
static void name_base(const struct call *call, char *header, char *query, size_t space)
{
	header[0] = query[0] = '\0';
	if (call->version != NOTHING)
		snprintf(header, space, "If-Match: \"%d.%d\"\r\n", call->base, call->version);
	else if (call->base != NOTHING)
		snprintf(query, space, "&base_revision=%d", call->base);
}

/* "&lease_id=7" or "" */
static const char *name_lease(const struct call *call, char text[32])
{
	text[0] = '\0';
	if (call->lease != NOTHING)
		snprintf(text, 32, "&lease_id=%d", call->lease);
	return text;
}

/* The same as a member of a JSON object that has others before it. */
static const char *lease_member(const struct call *call, char text[32])
{
	text[0] = '\0';
	if (call->lease != NOTHING)
		snprintf(text, 32, ",\"lease_id\":%d", call->lease);
	return text;
}

static long upload(struct client *client, const struct call *call, const char *path)
{
	char target[512], header[64], query[64], body[2048], content[512], lease[32];
	const char *release = call->action == COMMIT ? "&release_lock=true" : "";

	name_base(call, header, query, sizeof header);
	snprintf(content, sizeof content, "ISO-10303-21; content %d of the round's files\n%0*d\n",
	         call->content, 1 + call->content, 0);
	if (call->serial % 4 != 0) {
		snprintf(target, sizeof target, "%s/file?filename=part.step&comment=%d.%ld%s%s%s",
		         path, client->number, call->serial, query, release,
		         name_lease(call, lease));
		return ask(client, "POST", target, "application/octet-stream", header, content);
	}
	/* As a form, with the base in it: it is known only when the body has been read. */
	snprintf(target, sizeof target, "%s/file?a=form%s", path, name_lease(call, lease));
	snprintf(body, sizeof body,
	         "--edge\r\nContent-Disposition: form-data; name=comment\r\n\r\n%d.%ld\r\n"
	         "--edge\r\nContent-Disposition: form-data; name=file; filename=part.step\r\n\r\n"
	         "%s\r\n--edge\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n"
	         "--edge\r\nContent-Disposition: form-data; name=release_lock\r\n\r\n%s\r\n--edge--"
	         "\r\n",
	         client->number, call->serial, content, query[0] ? "base_revision" : "other",
	         query[0] ? strchr(query, '=') + 1 : "1", release[0] ? "true" : "false");
	return ask(client, "POST", target, "multipart/form-data; boundary=edge", header, body);
}

/* A group: the item and those after it, so that many groups overlap. */
static int member(const struct call *call, int place)
{
	return (call->item + place) % item_count;
}

static long group_call(struct client *client, const struct call *call)
{
	char path[512], body[512], names[256] = "";
	const bool takes = call->action == ACQUIRE;

	for (int i = 0; i < call->group; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%sH-%ld-%d%s",
		         i ? "," : "", takes ? "\"" : "", round_number, member(call, i),
		         takes ? "\"" : "");
	snprintf(path, sizeof path, "/api/locks?part_numbers=%s&reason=%d.%ld", names,
	         client->number, call->serial);
	if (!takes)
		return ask(client, "DELETE", path, "application/json", "", "");
	snprintf(body, sizeof body,
	         "{\"part_numbers\":[%s],\"comment\":\"%d.%ld\",\"expires_in\":%d}", names,
	         client->number, call->serial, lease_seconds);
	return ask(client, "POST", "/api/locks", "application/json", "", body);
}

static long run_action(struct client *client, const struct call *call)
{
	char path[128], target[256], body[256], header[64], query[64], lease[32];

	snprintf(path, sizeof path, "/api/items/H-%ld-%d", round_number, call->item);
	name_base(call, header, query, sizeof header);
	switch (call->action) {
	case ACQUIRE:
		snprintf(target, sizeof target, "%s/lock", path);
		snprintf(body, sizeof body, "{\"comment\":\"%d.%ld\",\"expires_in\":%d%s}",
		         client->number, call->serial, lease_seconds, lease_member(call, lease));
		return ask(client, "POST", target, "application/json", "", body);
	case RELEASE:
		snprintf(target, sizeof target, "%s/lock?reason=%d.%ld%s", path, client->number,
		         call->serial, name_lease(call, lease));
		return ask(client, "DELETE", target, "application/json", "", "");
	case REVISE:
		snprintf(target, sizeof target, "%s/revisions", path);
		snprintf(body, sizeof body, "{\"comment\":\"%d.%ld\"%s%s%s}", client->number,
		         call->serial, query[0] ? ",\"base_revision\":" : "",
		         query[0] ? strchr(query, '=') + 1 : "", lease_member(call, lease));
		return ask(client, "POST", target, "application/json", header, body);
	case CHANGE:
		snprintf(body, sizeof body, "{\"description\":\"%d.%ld\"%s}", client->number,
		         call->serial, lease_member(call, lease));
		return ask(client, "PUT", path, "application/json", header, body);
	case READ:
		return ask(client, "GET", path, "application/json", "", "");
	default:
		return upload(client, call, path);
	}
}

/* Of a 5xx: does it bound what may have happened?  See history.h. */
static long unknown_status(const struct client *client)
{
	return strstr(client->exchange.body, "The database has not confirmed") ||
	               strstr(client->exchange.body, "\"busy\"")
	           ? 503
	           : 502;
}

static void learn_lease(struct client *client, struct call *call)
{
	int lease = answered(client, "lease_id");

	if (call->action == READ && call->status == 200)
		call->lease = lease == NOTHING ? 0 : lease;
	if (call->action == ACQUIRE && call->group == 1 &&
	    (call->status == 200 || call->status == 201))
		client->known_lease[call->item] = lease;
}

static void perform(struct client *client, struct call call)
{
	call.serial = ++client->serial;
	call.start = now_ns();
	call.status = call.group > 1 ? group_call(client, &call) : run_action(client, &call);
	call.end = now_ns();
	if (call.status >= 500)
		call.status = unknown_status(client);
	learn_lease(client, &call);
	call.number = call.status == 201 || call.status == 200 ? answered(client, "revision_number")
	                                                       : NOTHING;
	learn(client, &call);
	if (call.action == READ && call.status == 200) {
		call.number = client->known_revision[call.item];
		call.version = client->known_version[call.item];
	}
	for (int i = 0, first = call.item; i < call.group; i++) {
		struct call one = call;

		one.item = (first + i) % item_count;
		write_down(client, &one);
	}
	if (call.action == ACQUIRE && (call.status == 200 || call.status == 201))
		client->held = call.item;
	else if (call.item == client->held && (call.action == RELEASE || call.action == COMMIT ||
	                                       call.status == 409 || call.status == 412))
		client->held = NOTHING;
	/* A client that never heard sends the same upload again; that must not make a second. */
	client->is_lost = (call.action == UPLOAD || call.action == COMMIT) &&
	                  (call.status == 0 || call.status >= 500);
	client->again = call;
	client->unsure = call.status == 503 && call.group == 1 ? call.item : NOTHING;
	if (call.status == 0 || call.status >= 429)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	atomic_fetch_add(&calls_done, 1);
}

static enum action pick(struct client *client, bool holds)
{
	static const unsigned char shares[2][READ] = {
	    {62, 8, 10, 3, 5,
	     12}, /* on any item: acquire, release (an admin's is force), upload … */
	    {17, 18, 28, 18, 7, 12}, /* on the one it holds: acquire is renew */
	};
	unsigned thrown = dice(client, 100);

	for (unsigned action = 0; action < READ; action++) {
		if (thrown < shares[holds][action])
			return (enum action)action;
		thrown -= shares[holds][action];
	}
	return CHANGE;
}

static void one_call(struct client *client)
{
	bool holds = client->held != NOTHING && dice(client, 100) < 80;
	struct call call = {.item = holds ? client->held : (int)dice(client, (unsigned)item_count),
	                    .group = 1,
	                    .base = NOTHING,
	                    .version = NOTHING,
	                    .content = NOTHING,
	                    .lease = NOTHING};
	unsigned way = dice(client, 100);

	if (client->is_lost) {
		perform(client, client->again);
		return;
	}
	/* Whoever was told that nobody knows makes sure; what was given up must not undo that. */
	if (client->unsure != NOTHING) {
		call.action = ACQUIRE;
		call.item = client->unsure;
		perform(client, call);
		return;
	}
	call.action = dice(client, 100) < 6 ? READ : pick(client, holds);
	if ((call.action == ACQUIRE || call.action == RELEASE) && way < 10 && item_count > 4)
		call.group = 2 + (int)dice(client, 3);
	if (call.action == UPLOAD || call.action == COMMIT)
		call.content = (int)dice(client, CONTENTS);
	/* What it starts from: usually what it knows, sometimes nothing, sometimes an old state. */
	if (call.action >= UPLOAD && call.action <= CHANGE && way >= 20) {
		int known = client->known_version[call.item];

		call.base = client->known_revision[call.item];
		if (way < 55 && known != NOTHING)
			call.version = known;
		else if (way < 60 && call.base > 0)
			call.base--;
		if (call.action == CHANGE && call.version == NOTHING)
			call.base = NOTHING;
	}
	/* The lease it means: often where it holds one, now and then an old one. */
	if (call.action < READ && call.group == 1 && dice(client, 100) < (holds ? 60 : 8))
		call.lease = client->known_lease[call.item];
	perform(client, call);
}

static void *run_client(void *context)
{
	struct client *client = context;

	for (;;) {
		pthread_barrier_wait(&round_begins);
		if (atomic_load(&is_over))
			return NULL;
		client->held = NOTHING;
		client->is_lost = false;
		client->unsure = NOTHING;
		for (int item = 0; item < item_count; item++) {
			client->known_revision[item] = 0;
			client->known_version[item] = 1;
			client->known_lease[item] = NOTHING;
		}
		while (atomic_fetch_sub(&round_left, 1) > 0 && !time_is_up())
			one_call(client);
		flush_lines(client);
		pthread_barrier_wait(&round_ends);
	}
}

/*
 * Lets the lease of one item end now, as if its time were over; the server's clock does not know.
 * In every other round it ends in the middle of others' transactions: one that has judged the lease
 * before may still renew it, so the outcome is written down as unknown.
 */
static void end_a_lease(PGconn *database, struct client *as_clock)
{
	struct call call = {.item = (int)dice(as_clock, (unsigned)item_count),
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

	snprintf(name, sizeof name, "h-%ld-%d", round_number, call.item);
	PGresult *result = PQexecParams(
	    database,
	    round_number % 2 ? "with i as (select id from silo.items where part_number_key = $1 "
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
		call.status = round_number % 2 ? 200 : 0;
		write_down(as_clock, &call);
	}
	PQclear(result);
}

static void *run_clock(void *context)
{
	static const struct user clock_user = {.name = "clock"};
	static struct client as_clock = {.number = CLIENTS_MOST, .user = &clock_user, .seed = 7};
	PGconn *database = PQconnectdb(getenv("SILO_OWNER_DATABASE"));

	(void)context;
	for (;;) {
		pthread_barrier_wait(&round_begins);
		if (atomic_load(&is_over))
			break;
		while (!round_is_over()) {
			if (PQstatus(database) == CONNECTION_OK)
				end_a_lease(database, &as_clock);
			else
				PQreset(database);
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		}
		flush_lines(&as_clock);
		pthread_barrier_wait(&round_ends);
	}
	PQfinish(database);
	return NULL;
}

/* Takes the clock's place. */
static void *run_stops(void *context)
{
	static const struct user nobody = {.name = "nobody"};
	static struct client as_nobody = {.number = CLIENTS_MOST, .user = &nobody, .seed = 7};
	PGconn *owner = PQconnectdb(getenv("SILO_OWNER_DATABASE"));

	(void)context;
	as_nobody.seed += (unsigned)time(NULL);
	for (;;) {
		pthread_barrier_wait(&round_begins);
		if (atomic_load(&is_over))
			break;
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
		pthread_barrier_wait(&round_ends);
	}
	PQfinish(owner);
	return NULL;
}

static void make_items(void)
{
	for (int item = 0; item < item_count; item++) {
		char body[64];
		long status = 0;

		snprintf(body, sizeof body, "{\"part_number\":\"H-%ld-%d\"}", round_number, item);
		while (status != 201 && status != 409 && !time_is_up())
			status =
			    ask(&clients[0], "POST", "/api/items", "application/json", "", body);
	}
}

static void run_round(long calls)
{
	char part[512], whole[512];

	snprintf(part, sizeof part, "%s/round-%ld.part", folder, round_number);
	snprintf(whole, sizeof whole, "%s/round-%ld", folder, round_number);
	history = fopen(part, "w");
	if (!history) {
		perror(part);
		exit(2);
	}
	make_items();
	atomic_store(&round_left, calls);
	pthread_barrier_wait(&round_begins);
	pthread_barrier_wait(&round_ends);
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
	item_count = (int)number(argv[5], 1, ITEMS_MOST);
	round_calls = number(argv[6], 1, 10000000);
	if (getenv("LEASE_SECONDS"))
		lease_seconds = (int)number(getenv("LEASE_SECONDS"), 1, 86400);
	signal(SIGTERM, ask_to_end);
	signal(SIGPIPE, SIG_IGN);
	pthread_barrier_init(&round_begins, NULL, (unsigned)client_count + 2);
	pthread_barrier_init(&round_ends, NULL, (unsigned)client_count + 2);
	for (int i = 0; i < client_count; i++) {
		clients[i].number = i;
		clients[i].user = &users[i % user_count];
		clients[i].seed = (unsigned)i * 7919u + (unsigned)time(NULL);
		exchange_init(&clients[i].exchange, port);
		pthread_create(&threads[i], NULL, run_client, &clients[i]);
	}
	pthread_create(&threads[client_count], NULL, getenv("STOPS") ? run_stops : run_clock, NULL);
	for (round_number = first ? number(first, 1, 1L << 30) : 1;
	     atomic_load(&calls_done) < operations && !time_is_up(); round_number++) {
		long left = operations - atomic_load(&calls_done);

		run_round(left < round_calls ? left : round_calls);
	}
	atomic_store(&is_over, true);
	pthread_barrier_wait(&round_begins);
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
