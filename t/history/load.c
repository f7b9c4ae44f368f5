/*
 * The history program: many clients lock, release, force, upload and let leases run out on a few
 * items of a real server, and every call is written down with its start, end and answer.
 *
 *   load OPERATIONS SECONDS CLIENTS ITEMS < tokens > history
 *
 * Standard input: lines "user role token".  Environment: SILO_URL, SILO_OWNER_DATABASE (to let
 * leases run out early).  Each line of the history, fields by tabs: start end client user action
 * item detail status start and end in nanoseconds of one monotonic clock; status 0 = no answer,
 * outcome unknown.
 */
#include <curl/curl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USERS_MOST = 64, CLIENTS_MOST = 256 };

struct user {
	char name[65], role[16], token[128];
};

static struct user users[USERS_MOST];
static int user_count, item_count;
static const char *base_url;
static atomic_long operations_left;
static uint64_t stop_at;

struct client {
	int number;
	const struct user *user;
	CURL *curl;
	struct curl_slist *headers;
	unsigned seed;
	char answer[8192]; /* the first part of the last body */
	size_t answer_length;
	long serial;
	int known_revision[CLIENTS_MOST]; /* by item: the base of the next upload */
};

static uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static size_t keep_answer(char *bytes, size_t size, size_t count, void *context)
{
	struct client *client = context;
	size_t room = sizeof client->answer - 1 - client->answer_length;
	size_t taken = size * count < room ? size * count : room;

	memcpy(client->answer + client->answer_length, bytes, taken);
	client->answer_length += taken;
	client->answer[client->answer_length] = '\0';
	return size * count;
}

static void write_down(uint64_t start, const struct client *client, const char *action, int item,
                       const char *detail, long status)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	uint64_t end = now_ns();

	pthread_mutex_lock(&lock);
	printf("%llu\t%llu\t%d\t%s\t%s\tH-%d\t%s\t%ld\n", (unsigned long long)start,
	       (unsigned long long)end, client->number, client->user->name, action, item, detail,
	       status);
	pthread_mutex_unlock(&lock);
}

/* One call; the status, or 0 when no answer came. */
static long call(struct client *client, const char *method, const char *path, const char *body)
{
	char url[512];
	long status = 0;

	snprintf(url, sizeof url, "%s%s", base_url, path);
	client->answer_length = 0;
	client->answer[0] = '\0';
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
	if (body) {
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	} else {
		curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
	}
	if (curl_easy_perform(client->curl) == CURLE_OK)
		curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static unsigned dice(struct client *client, unsigned sides)
{
	return (unsigned)rand_r(&client->seed) % sides;
}

/* A number in the last answer, e.g. "revision_number" : 7; -1 when absent. */
static int answered(const struct client *client, const char *member)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof key, "\"%s\"", member);
	at = strstr(client->answer, key);
	if (!at)
		return -1;
	at += strlen(key);
	while (*at == ' ' || *at == ':')
		at++;
	return (int)strtol(at, NULL, 10);
}

static void acquire(struct client *client, int item)
{
	char path[64];
	uint64_t start = now_ns();

	snprintf(path, sizeof path, "/api/items/H-%d/lock", item);
	long status = call(client, "POST", path, "{\"expires_in\":3600}");
	write_down(start, client, "acquire", item, "-", status);
}

static void release(struct client *client, int item)
{
	char path[64];
	uint64_t start = now_ns();

	snprintf(path, sizeof path, "/api/items/H-%d/lock", item);
	long status = call(client, "DELETE", path, NULL);
	write_down(start, client, "release", item, "-", status);
}

/*
 * An upload of content that no other upload has.  Usually names the base it knows; sometimes none
 * (an old client), sometimes a wrong one.
 */
static void upload(struct client *client, int item)
{
	char path[256], body[64], detail[128], query[48] = "";
	unsigned kind = dice(client, 10);
	int base = client->known_revision[item];
	uint64_t start = now_ns();

	if (kind == 0 && base > 0)
		base--;
	if (kind != 1)
		snprintf(query, sizeof query, "&base_revision=%d", base);
	snprintf(body, sizeof body, "content %d %ld", client->number, ++client->serial);
	snprintf(path, sizeof path,
	         "/api/items/H-%d/file?filename=h.FCStd&comment=%d-%ld&release_lock=%s%s", item,
	         client->number, client->serial, dice(client, 3) == 0 ? "true" : "false", query);
	long status = call(client, "POST", path, body);
	int made = answered(client, status == 412 ? "current_revision" : "revision_number");

	if ((status == 201 || status == 412) && made >= 0)
		client->known_revision[item] = made;
	snprintf(detail, sizeof detail, "%d-%ld,%d,%d", client->number, client->serial,
	         kind != 1 ? base : -1, status == 201 ? made : -1);
	write_down(start, client, "upload", item, detail, status);
}

static void change_words(struct client *client, int item)
{
	char path[64], body[96];
	uint64_t start = now_ns();

	snprintf(path, sizeof path, "/api/items/H-%d", item);
	snprintf(body, sizeof body, "{\"description\":\"by %d %ld\"}", client->number,
	         ++client->serial);
	long status = call(client, "PUT", path, body);
	write_down(start, client, "change", item, "-", status);
}

static void *run_client(void *context)
{
	struct client *client = context;

	while (atomic_fetch_sub(&operations_left, 1) > 0 && now_ns() < stop_at) {
		int item = (int)dice(client, (unsigned)item_count);
		unsigned pick = dice(client, 100);

		if (pick < 40)
			acquire(client, item);
		else if (pick < 60)
			release(client, item);
		else if (pick < 90)
			upload(client, item);
		else
			change_words(client, item);
	}
	return NULL;
}

/* Lets the lease of a random item end now, as if its time were over. */
static void *run_clock(void *context)
{
	const struct client as_clock = {.number = -1, .user = &(struct user){.name = "clock"}};
	PGconn *database = PQconnectdb(getenv("SILO_OWNER_DATABASE"));
	unsigned seed = 7;

	(void)context;
	while (atomic_load(&operations_left) > 0 && now_ns() < stop_at) {
		int item = (int)((unsigned)rand_r(&seed) % (unsigned)item_count);
		char name[32];
		const char *values[] = {name};
		uint64_t start = now_ns();

		snprintf(name, sizeof name, "h-%d", item);
		PGresult *result = PQexecParams(
		    database,
		    "update silo.locks l set expires_at = greatest(clock_timestamp(), l.locked_at "
		    "+ interval '1 us') "
		    "from silo.items i where i.id = l.item_id and i.part_number_key = $1 "
		    "and l.expires_at > clock_timestamp()",
		    1, NULL, values, NULL, NULL, 0);
		bool ended = strcmp(PQcmdTuples(result), "1") == 0;

		PQclear(result);
		if (PQstatus(database) != CONNECTION_OK)
			PQreset(database);
		if (ended)
			write_down(start, &as_clock, "expire", item, "-", 200);
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	PQfinish(database);
	return NULL;
}

static bool read_users(void)
{
	while (user_count < USERS_MOST &&
	       scanf("%64s %15s %127s", users[user_count].name, users[user_count].role,
	             users[user_count].token) == 3)
		user_count++;
	return user_count > 0;
}

int main(int argc, char **argv)
{
	static struct client clients[CLIENTS_MOST];
	pthread_t threads[CLIENTS_MOST], clock_thread;
	int client_count;

	base_url = getenv("SILO_URL");
	if (argc != 5 || !base_url || !getenv("SILO_OWNER_DATABASE") || !read_users()) {
		fputs("usage: load OPERATIONS SECONDS CLIENTS ITEMS < tokens > history\n", stderr);
		return 2;
	}
	atomic_store(&operations_left, strtol(argv[1], NULL, 10));
	stop_at = now_ns() + strtoull(argv[2], NULL, 10) * 1000000000u;
	client_count = (int)strtol(argv[3], NULL, 10);
	item_count = (int)strtol(argv[4], NULL, 10);
	if (client_count < 1 || client_count > CLIENTS_MOST || item_count < 1 ||
	    item_count > CLIENTS_MOST)
		return 2;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (int i = 0; i < client_count; i++) {
		struct client *client = &clients[i];
		char header[192];

		client->number = i;
		client->user = &users[i % user_count];
		client->seed = (unsigned)i * 7919u + (unsigned)time(NULL);
		client->curl = curl_easy_init();
		snprintf(header, sizeof header, "Authorization: Bearer %s", client->user->token);
		client->headers = curl_slist_append(NULL, header);
		client->headers =
		    curl_slist_append(client->headers, "Content-Type: application/json");
		client->headers = curl_slist_append(client->headers, "Expect:");
		curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, keep_answer);
		curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, client);
		curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, 60L);
		curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	}
	for (int item = 0; item < item_count; item++) {
		char body[64];

		snprintf(body, sizeof body, "{\"part_number\":\"H-%d\"}", item);
		call(&clients[0], "POST", "/api/items", body);
	}
	pthread_create(&clock_thread, NULL, run_clock, NULL);
	for (int i = 0; i < client_count; i++)
		pthread_create(&threads[i], NULL, run_client, &clients[i]);
	for (int i = 0; i < client_count; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&operations_left, 0);
	pthread_join(clock_thread, NULL);
	for (int i = 0; i < client_count; i++) {
		curl_easy_cleanup(clients[i].curl);
		curl_slist_free_all(clients[i].headers);
	}
	return 0;
}
