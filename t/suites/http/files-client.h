/*
 * For the tests of files: one real stack for the whole suite, calls as one of its users, and what
 * lies in its vault.
 */
#ifndef SILO_T_FILES_CLIENT_H
#define SILO_T_FILES_CLIENT_H

#include <check.h>
#include <curl/curl.h>
#include <errno.h>
#include <ftw.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Further words for t/stack/up. */
#ifndef STACK_SETTINGS
#define STACK_SETTINGS ""
#endif

struct buffer {
	char *at;
	size_t length;
};

/* The last answer. */
static struct {
	long status;
	struct buffer body, head;
	json_object *json; /* NULL when it is none */
} answer;

static char stack_folder[60], stack_top[PATH_MAX];
static struct json_object *stack_env; /* DIR/env as an object */

/* Before the first test there is nothing that could fail but the whole suite. */
static inline void must(bool true_of_it, const char *what)
{
	if (true_of_it)
		return;
	fprintf(stderr, "test-files: %s\n", what);
	exit(99);
}

static inline const char *env(const char *name)
{
	json_object *value;

	ck_assert_msg(json_object_object_get_ex(stack_env, name, &value), "no %s", name);
	return json_object_get_string(value);
}

/* As the shell's printf %q writes it, without the end of the line. */
static inline void unescape(char *value)
{
	char *out = value;

	for (; *value != '\0' && *value != '\n'; value++)
		if (*value != '\\')
			*out++ = *value;
	*out = '\0';
}

static inline void read_env(void)
{
	char line[2000], path[300];
	FILE *file;

	snprintf(path, sizeof path, "%s/stack/env", stack_folder);
	file = fopen(path, "r");
	must(file != NULL, "the stack has no env");
	json_object_put(stack_env);
	stack_env = json_object_new_object();
	while (fgets(line, sizeof line, file) != NULL) {
		char *value = strchr(line, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		unescape(value);
		json_object_object_add(stack_env, line, json_object_new_string(value));
	}
	fclose(file);
}

static inline int run_stack(const char *command)
{
	char line[2 * PATH_MAX];

	snprintf(line, sizeof line, command, stack_top, stack_folder);
	return system(line);
}

/* Each program notes its answers apart: they run side by side. */
static inline const char *seen_file(void)
{
	static char path[200];

	snprintf(path, sizeof path, "t/suites/http/%s.seen", program_invocation_short_name);
	return path;
}

/* Notes an answer for t/suites/contract, which holds every status seen against doc/openapi.yaml. */
static inline void note_seen(const char *method, const char *path, long status)
{
	FILE *seen = fopen(seen_file(), "a");

	if (seen == NULL)
		return;
	fprintf(seen, "%s %.*s %ld\n", method, (int)strcspn(path, "? "), path, status);
	fclose(seen);
}

static inline void stack_up(void)
{
	const char *top = getenv("srcdir");

	unlink(seen_file());
	must(realpath(top == NULL ? "." : top, stack_top) != NULL, "no srcdir");
	strcpy(stack_folder, "/tmp/silo-http-XXXXXX");
	must(mkdtemp(stack_folder) != NULL, "no temporary folder");
	chmod(stack_folder, 0755);
	must(run_stack("SILO_BUILD=${SILO_BUILD:-$PWD} '%s/t/stack/up' '%s/stack' --workers 3"
	               " --no-events 'upload_limit_bytes = 3000000'" STACK_SETTINGS) == 0,
	     "the stack did not start");
	read_env();
}

static inline void stack_down(void)
{
	if (*stack_folder == '\0')
		return;
	if (run_stack("'%s/t/stack/down' '%s/stack'") == 0)
		run_stack("cd '%s' && rm -rf '%s'");
}

static inline size_t keep(char *bytes, size_t one, size_t count, void *into)
{
	struct buffer *buffer = into;
	char *longer = realloc(buffer->at, buffer->length + one * count + 1);

	ck_assert_ptr_nonnull(longer);
	buffer->at = longer;
	memcpy(longer + buffer->length, bytes, one * count);
	buffer->length += one * count;
	longer[buffer->length] = '\0';
	return one * count;
}

static inline void clear(struct buffer *buffer)
{
	free(buffer->at);
	*buffer = (struct buffer){calloc(1, 1), 0};
}

/*
 * Sends a request as a user ("ALICE", or NULL for nobody); `path` may have a query; `header` holds
 * lines with '\n' between them, or NULL.
 */
static inline long call(const char *user, const char *method, const char *path, const void *body,
                        size_t length, const char *header)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	char url[3000], text[2000];

	clear(&answer.body);
	clear(&answer.head);
	json_object_put(answer.json);
	snprintf(url, sizeof url, "%s%s", env("SILO_URL"), path);
	if (user != NULL) {
		snprintf(text, sizeof text, "TOKEN_%s", user);
		snprintf(text, sizeof text, "Authorization: Bearer %s", env(strdupa(text)));
		headers = curl_slist_append(headers, text);
	}
	for (const char *at = header; at != NULL && *at != '\0'; at += strspn(at, "\n")) {
		snprintf(text, sizeof text, "%.*s", (int)strcspn(at, "\n"), at);
		headers = curl_slist_append(headers, text);
		at += strcspn(at, "\n");
	}
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.head);
	if (body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	}
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
	note_seen(method, path, answer.status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	answer.json = answer.body.length > 0 && answer.body.at[0] == '{'
	                  ? json_tokener_parse(answer.body.at)
	                  : NULL;
	return answer.status;
}

static inline long get(const char *user, const char *path, const char *header)
{
	return call(user, "GET", path, NULL, 0, header);
}

/* A member of the last answer's JSON object as text; "" when there is none. */
static inline const char *member(const char *name)
{
	json_object *value;

	if (answer.json == NULL || !json_object_object_get_ex(answer.json, name, &value))
		return "";
	return json_object_get_string(value) == NULL ? "null" : json_object_get_string(value);
}

/* A header of the last answer, copied; "" when there is none. */
static inline const char *header_of(const char *name)
{
	static char value[170];
	const char *at = answer.head.at;
	size_t length = strlen(name);

	for (; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1)
		if (strncasecmp(at, name, length) == 0 && at[length] == ':') {
			at += length + 1;
			at += strspn(at, " ");
			snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r\n"), at);
			return value;
		}
	return "";
}

static inline void expect(long status, const char *code)
{
	ck_assert_msg(answer.status == status && strcmp(member("error"), code) == 0,
	              "wanted %ld %s, got %ld %s", status, code, answer.status, answer.body.at);
}

static int vault_files;

static inline int count_file(const char *path, const struct stat *about, int kind,
                             struct FTW *where)
{
	(void)path;
	(void)about;
	(void)where;
	vault_files += kind == FTW_F;
	return 0;
}

/* Files in the vault, or in a folder of it. */
static inline int files_in_vault(const char *below)
{
	char path[1000];

	vault_files = 0;
	snprintf(path, sizeof path, "%s/%s", env("SILO_VAULT"), below);
	nftw(path, count_file, 8, FTW_PHYS);
	return vault_files;
}

/* A worker cleans up after it has answered: soon there are so many files, and no more. */
static inline void expect_files(int files)
{
	int tries;

	for (tries = 0; files_in_vault("") != files && tries < 500; tries++)
		usleep(10000);
	ck_assert_int_eq(files_in_vault(""), files);
}

/* A new item with a name of its own. */
static inline const char *new_item(void)
{
	static char part_number[40];
	static int number;
	char body[200];

	snprintf(part_number, sizeof part_number, "T%d-%04d", (int)getpid(), ++number);
	snprintf(body, sizeof body, "{\"part_number\":\"%s\",\"item_type\":\"part\"}", part_number);
	call("ALICE", "POST", "/api/items", body, strlen(body), "Content-Type: application/json");
	ck_assert_msg(answer.status == 201, "%s", answer.body.at);
	return part_number;
}

/* SHA-256 of "abc". */
#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* Below an item: "/api/items/PN/file". */
static inline const char *at_item(const char *part_number, const char *rest)
{
	static char paths[4][1000];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "/api/items/%s/%s", part_number, rest);
	return path;
}

/* Uploads a text raw; `query` goes on after the filename. */
static inline long upload_text(const char *user, const char *part_number, const char *text,
                               const char *query)
{
	char rest[600];

	snprintf(rest, sizeof rest, "file?filename=a.txt%s", query);
	return call(user, "POST", at_item(part_number, rest), text, strlen(text),
	            "Content-Type: text/plain");
}

/* Sends a hand-made multipart body with boundary "b". */
static inline long upload_form(const char *user, const char *part_number, const void *body,
                               size_t length)
{
	return call(user, "POST", at_item(part_number, "file"), body, length,
	            "Content-Type: multipart/form-data; boundary=b");
}

static inline void lock_as(const char *user, const char *item)
{
	call(user, "POST", at_item(item, "lock"), "{}", 2, "Content-Type: application/json");
	ck_assert_int_eq(answer.status, 201);
}

#endif
