/*
 * The client of the HTTP suites, on libcurl.  Everything is freed with the test's process.
 */
#include "config.h"
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct bytes {
	char *at;
	size_t length;
};

static struct {
	long status;
	struct bytes head, body;
	json_object *json;
} answer;

/* What a test leaves to the end of its process is no leak; the servers are watched all the same. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char top[PATH_MAX], folder[PATH_MAX];
static bool own_stack;
static json_object *values;
static struct curl_slist *next_headers;

static void read_env(void)
{
	char line[4096], path[PATH_MAX + 8];
	FILE *file;

	snprintf(path, sizeof path, "%s/env", folder);
	file = fopen(path, "r");
	values = json_object_new_object();
	while (file && fgets(line, sizeof line, file)) {
		char *value = strchr(line, '='), *to;

		if (!value)
			continue;
		*value++ = '\0';
		to = value;
		/* As the shell's printf %q wrote it. */
		for (char *from = value; *from && *from != '\n'; from++)
			if (*from != '\\')
				*to++ = *from;
		*to = '\0';
		json_object_object_add(values, line, json_object_new_string(value));
	}
	if (file)
		fclose(file);
}

/* Each program notes its answers apart: they run side by side. */
static const char *seen_file(void)
{
	return at("t/suites/http/%s.seen", program_invocation_short_name);
}

int stack_open(const char *options)
{
	const char *given = getenv("SILO_STACK"), *source = getenv("srcdir");
	char command[3 * PATH_MAX];

	if (!realpath(source ? source : ".", top))
		return 1;
	if (given) {
		snprintf(folder, sizeof folder, "%s", given);
	} else {
		/* A lent stack's answers are not noted, and those of a whole run are kept. */
		unlink(seen_file());
		snprintf(folder, sizeof folder, "/tmp/silo-http-XXXXXX");
		if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
			return 1;
		strncat(folder, "/s", sizeof folder - strlen(folder) - 1);
		own_stack = true;
		snprintf(command, sizeof command,
		         "SILO_BUILD=${SILO_BUILD:-$PWD} '%s/t/stack/up' '%s' %s", top, folder,
		         options);
		if (system(command) != 0)
			return 1;
	}
	read_env();
	return 0;
}

void stack_close(void)
{
	char command[2 * PATH_MAX];

	if (!own_stack)
		return;
	stack_run("down");
	folder[strlen(folder) - 2] = '\0';
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command) != 0)
		perror(folder);
}

int stack_run(const char *command)
{
	char line[3 * PATH_MAX];

	snprintf(line, sizeof line, "SILO_BUILD=${SILO_BUILD:-$PWD} '%s/t/stack/%s' '%s'", top,
	         command, folder);
	return system(line);
}

int stack_shell(const char *lines)
{
	return system(at(". '%s/env'\n%s", folder, lines));
}

int stack_reload(void)
{
	return stack_shell("old=$(pgrep -P \"$SILO_API_PID\")\n"
	                   "kill -HUP \"$SILO_API_PID\"\n"
	                   "for i in $(seq 600); do\n"
	                   "  new=$(pgrep -P \"$SILO_API_PID\")\n"
	                   "  common=$(printf '%s\\n' $old $new | sort | uniq -d)\n"
	                   "  [ -n \"$new\" ] && [ -z \"$common\" ] && exit 0\n"
	                   "  sleep 0.1\n"
	                   "done\n"
	                   "exit 1");
}

const char *stack_value(const char *name)
{
	json_object *value;

	ck_assert_msg(json_object_object_get_ex(values, name, &value), "the stack has no %s", name);
	return json_object_get_string(value);
}

const char *at(const char *format, ...)
{
	static _Thread_local char buffers[8][4096];
	static _Thread_local int next;
	char *buffer = buffers[next++ % 8];
	va_list words;

	va_start(words, format);
	vsnprintf(buffer, sizeof buffers[0], format, words);
	va_end(words);
	return buffer;
}

const char *fresh(const char *prefix)
{
	static atomic_int number;

	return at("%s%d-%d", prefix, (int)getpid(), ++number);
}

static size_t keep(char *bytes, size_t one, size_t count, void *into)
{
	struct bytes *kept = into;

	kept->at = realloc(kept->at, kept->length + one * count + 1);
	memcpy(kept->at + kept->length, bytes, one * count);
	kept->length += one * count;
	kept->at[kept->length] = '\0';
	return one * count;
}

void with(const char *header)
{
	next_headers = curl_slist_append(next_headers, header);
}

static void add_credential(const char *who)
{
	char upper[32] = "";

	if (!who)
		return;
	if (strchr(who, ':')) {
		with(who);
		return;
	}
	for (size_t i = 0; who[i] && i + 1 < sizeof upper; i++)
		upper[i] = (char)(who[i] - 'a' + 'A');
	with(at("Authorization: Bearer %s", stack_value(at("TOKEN_%s", upper))));
}

static bool given(const char *name)
{
	for (struct curl_slist *header = next_headers; header; header = header->next)
		if (strncasecmp(header->data, name, strlen(name)) == 0)
			return true;
	return false;
}

/*
 * Notes an answer for t/suites/contract, which holds every status and JSON body seen against
 * doc/openapi.yaml.  Not on a stack that was lent.
 */
static void note_seen(const char *method, const char *path)
{
	FILE *seen = own_stack ? fopen(seen_file(), "a") : NULL;

	if (!seen)
		return;
	fprintf(seen, "%s %.*s %ld ", method, (int)strcspn(path, "? "), path, answer.status);
	/* A stored file can happen to be JSON, and is nobody's answer. */
	if (answer.json && strcasestr(answer.head.at, "\nContent-Type: application/json"))
		fputs(json_object_to_json_string_ext(answer.json, JSON_C_TO_STRING_PLAIN), seen);
	fputs("\n", seen);
	fclose(seen);
}

long send_bytes(const char *who, const char *method, const char *path, const void *bytes,
                size_t length)
{
	CURL *curl = curl_easy_init();
	char *url;

	ck_assert_int_gt(asprintf(&url, "%s%s", stack_value("SILO_URL"), path), 0);
	answer.status = 0;
	answer.head = (struct bytes){calloc(1, 1), 0};
	answer.body = (struct bytes){calloc(1, 1), 0};
	answer.json = NULL;
	add_credential(who);
	if (bytes && !given("Content-Type:"))
		with("Content-Type: application/json");
	with("Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	free(url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.head);
	if (bytes) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, bytes);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	}
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, next_headers);
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
	curl_slist_free_all(next_headers);
	next_headers = NULL;
	curl_easy_cleanup(curl);
	if (answer.body.at[0] == '{')
		answer.json = json_tokener_parse(answer.body.at);
	note_seen(method, path);
	return answer.status;
}

long send_as(const char *who, const char *method, const char *path, const char *body)
{
	return send_bytes(who, method, path, body, body ? strlen(body) : 0);
}

static json_object *find(const char *path)
{
	json_object *here = answer.json;
	char step[64];

	while (*path && here) {
		size_t length = strcspn(path, ".");

		snprintf(step, sizeof step, "%.*s", (int)length, path);
		path += length + (path[length] == '.');
		if (json_object_is_type(here, json_type_array))
			here = json_object_array_get_idx(here, (size_t)atol(step));
		else if (!json_object_object_get_ex(here, step, &here))
			return NULL;
	}
	return here;
}

const char *told(const char *path)
{
	json_object *found = find(path);

	return found ? json_object_get_string(found) : "";
}

size_t told_count(const char *path)
{
	json_object *found = find(path);

	ck_assert_msg(json_object_is_type(found, json_type_array), "no list %s in %s", path,
	              answer.body.at);
	return json_object_array_length(found);
}

const char *told_header(const char *name)
{
	const char *line = answer.head.at;
	size_t length = strlen(name);

	for (; line && *line; line = strchr(line, '\n') + 1)
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			line += length + 1 + strspn(line + length + 1, " ");
			return at("%.*s", (int)strcspn(line, "\r\n"), line);
		}
	return "";
}

long told_status(void)
{
	return answer.status;
}

const char *told_body(void)
{
	return answer.body.at;
}

size_t told_size(void)
{
	return answer.body.length;
}

void expect(long status, const char *code)
{
	ck_assert_msg(answer.status == status && strcmp(told("error"), code) == 0,
	              "wanted %ld %s, got %ld %s", status, code, answer.status, answer.body.at);
}

const char *new_item(void)
{
	const char *part_number = strdup(fresh("T"));

	POST("alice", "/api/items",
	     at("{\"part_number\":\"%s\",\"description\":\"made by a test\"}", part_number));
	expect(201, "");
	return part_number;
}

void lock(const char *who, const char *part_number)
{
	POST(who, at("/api/items/%s/lock", part_number), NULL);
	ck_assert_msg(answer.status == 201 || answer.status == 200, "%ld %s", answer.status,
	              answer.body.at);
}

long upload(const char *who, const char *part_number, const char *text, const char *query)
{
	with("Content-Type: application/octet-stream");
	return send_bytes(who, "POST",
	                  at("/api/items/%s/file?filename=a.txt%s", part_number, query), text,
	                  strlen(text));
}

const char *sql_value(const char *statement)
{
	PGconn *connection = PQconnectdb(stack_value("SILO_OWNER_DATABASE"));
	PGresult *result = PQexec(connection, statement);
	const char *value;

	ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK ||
	                  PQresultStatus(result) == PGRES_COMMAND_OK,
	              "%s", PQerrorMessage(connection));
	value = PQntuples(result) > 0 ? at("%s", PQgetvalue(result, 0, 0)) : "";
	PQclear(result);
	PQfinish(connection);
	return value;
}

void sql(const char *statement)
{
	sql_value(statement);
}

void let_lease_end(const char *part_number)
{
	sql(at("update silo.locks l set expires_at = greatest(clock_timestamp(), l.locked_at + "
	       "interval '1 us') "
	       "from silo.items i where i.id = l.item_id and i.part_number_key = lower('%s')",
	       part_number));
}
