/*
 * Every route against what nobody should send: in the path, the query, the body and the headers.
 * Whatever it is, the answer is below 500, says what is wrong in the contract's words, carries a
 * request id and no text of the database.
 */
#include "config.h"
#include "client.h"
#include "routes.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define A32          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A256         A32 A32 A32 A32 A32 A32 A32 A32

static const char *const path_words[] = {
    "%00",
    "a%00b",
    "%27%3B--",
    "%22",
    "%5C",
    "..%2f..%2fetc",
    "%2e%2e",
    "%ff%fe",
    "%C0%AF",
    "%ED%A0%80",
    "%",
    "%G0",
    "%25",
    "%0a",
    "-1",
    "0",
    "00",
    "2147483648",
    "99999999999999999999999999",
    "1e9",
    "0x10",
    "null",
    "%F0%9F%94%92",
    A256,
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
};

static const char *const queries[] = {
    "limit=0",
    "limit=-1",
    "limit=1001",
    "limit=99999999999999999999",
    "limit=",
    "limit=1&limit=2",
    "limit=%00",
    "cursor=x",
    "cursor=%00",
    "cursor=W10",
    "cursor=W251bGxd",
    "cursor=WyJhIiwiYiJd",
    "cursor=WyJhIiwiYiIsImMiXQ",
    "cursor=WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ",
    "cursor=WyIyMDI2LTAxLTAxIiwgIngiXQ",
    "cursor=WyIyOTk5OTktMDEtMDEiLCAiMSJd",
    "cursor=W1tbW1tbW1tbW11dXV1dXV1dXV0",
    "cursor=eyJhIjoxfQ",
    "q=%25%5C%27%22",
    "q=%ff",
    "q=" A256,
    "sort=part_number%3Bdrop",
    "sort=--part_number",
    "sort=-",
    "sort=",
    "lock=",
    "lock=MINE",
    "type=x",
    "project=%00",
    "user=%27",
    "expiring_within=-1",
    "expiring_within=2147483648",
    "mine=maybe",
    "part_numbers=,,,",
    "part_numbers=%00",
    "reason=%ff",
    "base_revision=-1",
    "base_revision=2147483648",
    "base_revision=a",
    "filename=%00",
    "filename=..",
    "filename=a%2fb",
    "filename=",
    "filename=a&sha256=x",
    "filename=a&properties=%5B%5D",
    "filename=a&properties=%7B",
    "filename=a&release_lock=2",
    "a=%zz",
    "%00=1",
    "&&&===&",
};

static const char *const bodies[] = {
    "",
    "null",
    "true",
    "0",
    "\"\"",
    "[]",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{",
    "{}}",
    "{} {}",
    "{\"a\":1,}",
    "{'a':1}",
    "{\"a\":NaN}",
    "{\"a\":01}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\xc3\x28\"}",
    "{\"\\u0000\":1}",
    "\xef\xbb\xbf{}",
    "{/* */}",
    /* Each known member with each wrong type and odd value. */
    "{\"part_number\":null,\"category\":null}",
    "{\"part_number\":{},\"category\":[]}",
    "{\"part_number\":\"\",\"category\":\"\",\"item_type\":\"\"}",
    "{\"part_number\":\"a/b\",\"item_type\":\"ghost\"}",
    "{\"category\":\"' or 1=1 --\"}",
    "{\"category\":\"\xc3\xa4\"}",
    "{\"username\":\"a b\",\"role\":\"king\",\"password\":\"longenough\"}",
    "{\"username\":\"../x\",\"role\":\"viewer\",\"password\":\"short\"}",
    "{\"username\":[],\"password\":{},\"role\":1,\"active\":\"yes\"}",
    "{\"active\":null,\"role\":null,\"display_name\":null}",
    "{\"name\":\"\",\"expires_in_days\":0}",
    "{\"name\":\"x\",\"expires_in_days\":3651}",
    "{\"name\":\"x\",\"expires_in_days\":1.5}",
    "{\"name\":\"   \",\"expires_in_days\":-9223372036854775808}",
    "{\"current\":1,\"new\":2}",
    "{\"current\":\"x\",\"new\":\"1234567\"}",
    "{\"comment\":[],\"expires_in\":{},\"workstation\":1}",
    "{\"expires_in\":59}",
    "{\"expires_in\":9223372036854775808}",
    "{\"expires_in\":-0.0}",
    "{\"comment\":\"" A256 A256 "\"}",
    "{\"part_numbers\":[]}",
    "{\"part_numbers\":[null]}",
    "{\"part_numbers\":[\"%00\",\"a\"]}",
    "{\"part_numbers\":\"A\"}",
    "{\"part_numbers\":{\"0\":\"A\"}}",
    "{\"mine\":\"true\"}",
    "{\"properties\":[],\"base_revision\":\"1\"}",
    "{\"properties\":\"{}\",\"base_revision\":1.0}",
    "{\"properties\":{\"a\":1e400},\"part_number\":\"nasty-number\"}",
    "{\"properties\":{\"a\":-1e-400},\"base_revision\":-1}",
    "{\"properties\":{\"\":{\"\":{}}},\"base_revision\":99999999999}",
    "{\"message\":[1]}",
    "{\"description\":{\"a\":1},\"project\":5}",
};

static const char *const headers[] = {
    "If-Match: ",
    "If-Match: \"",
    "If-Match: \"1.1\"\"2.2\"",
    "If-Match: \"99999999999999999999.1\"",
    "If-Match: W/\"\xff\"",
    "If-None-Match: ,,,",
    "Cookie: silo_session=\xff; silo_session=",
    "Cookie: ; ; =",
    "Content-Type: application/json; charset=utf-16",
    "Content-Type: multipart/form-data",
    "Content-Type: multipart/form-data; boundary=",
    "Content-Type: multipart/form-data; boundary=\"" A256 "\"",
    "Content-Type: ",
    "Range: bytes=9-1",
    "X-Request-Id: \xff",
    "Last-Event-ID: -1",
};

/* An item to fall over: its own part of the state must be the same afterwards. */
static const char *victim;

static const char *address(const char *pattern, const char *pn, const char *other)
{
	char path[3000], *to = path;

	while (*pattern) {
		const char *value = strncmp(pattern, ":pn", 3) == 0 ? pn : other;

		if (*pattern != ':') {
			*to++ = *pattern++;
			continue;
		}
		to = stpcpy(to, value);
		pattern += strcspn(pattern, "/");
	}
	*to = '\0';
	return at("%s", path);
}

/* What every answer owes, whatever was asked. */
static void judge(const char *method, const char *path, const char *sent)
{
	static const char *const database_words[] = {"SQLSTATE", "PL/pgSQL", "syntax error",
	                                             "relation \"", "violates"};
	long status = told_status();

	ck_assert_msg(status >= 200 && status < 500, "%s %s with %s: %ld %s", method, path, sent,
	              status, told_body());
	ck_assert_msg(*told_header("X-Request-Id"), "%s %s with %s: no request id", method, path,
	              sent);
	if (status >= 400)
		ck_assert_msg(*told("error") && *told("message"),
		              "%s %s with %s: %ld says nothing: %s", method, path, sent, status,
		              told_body());
	for (size_t i = 0; i < COUNT(database_words); i++)
		ck_assert_msg(!strstr(told_body(), database_words[i]), "%s %s with %s: %s", method,
		              path, sent, told_body());
}

/* Login would count failures against the address of all suites; it has its own tests. */
static bool left_out(int i)
{
	return strcmp(routes[i].pattern, "/login") == 0;
}

static void try_each(const char *const *words, size_t count, void (*try_one)(int, const char *))
{
	read_routes();
	victim = new_item();
	for (int i = 0; i < route_count; i++)
		for (size_t word = 0; word < count && !left_out(i); word++)
			try_one(i, words[word]);
	GET("vera", at("/api/items/%s", victim));
	ck_assert_msg(told_status() == 200 || told_status() == 404, "%s", told_body());
}

static void in_path(int i, const char *word)
{
	const char *path = address(routes[i].pattern, word, word);

	if (!strchr(routes[i].pattern, ':'))
		return;
	send_as("ada", routes[i].method, path, strcmp(routes[i].method, "GET") == 0 ? NULL : "{}");
	judge(routes[i].method, path, "");
}

static void in_query(int i, const char *word)
{
	/* An item that is not there: nothing is written while queries are judged. */
	const char *path = at("%s?%s", address(routes[i].pattern, victim, "1"), word);

	send_as("ada", routes[i].method, path, strcmp(routes[i].method, "GET") == 0 ? NULL : "{}");
	judge(routes[i].method, path, "");
}

static void in_body(int i, const char *word)
{
	const char *path = address(routes[i].pattern, victim, "1");

	if (strcmp(routes[i].method, "GET") == 0 || strcmp(routes[i].method, "DELETE") == 0)
		return;
	send_as("ada", routes[i].method, path, word);
	judge(routes[i].method, path, word);
}

static void in_header(int i, const char *word)
{
	const char *path = address(routes[i].pattern, victim, "1");

	with(word);
	send_as("ada", routes[i].method, path, strcmp(routes[i].method, "GET") == 0 ? NULL : "{}");
	judge(routes[i].method, path, word);
}

START_TEST(no_path_is_too_odd)
{
	try_each(path_words, COUNT(path_words), in_path);
}
END_TEST

START_TEST(no_query_is_too_odd)
{
	try_each(queries, COUNT(queries), in_query);
}
END_TEST

START_TEST(no_body_is_too_odd)
{
	try_each(bodies, COUNT(bodies), in_body);
}
END_TEST

START_TEST(no_header_is_too_odd)
{
	try_each(headers, COUNT(headers), in_header);
}
END_TEST

TCase *nasty_case(void)
{
	TCase *tests = tcase_create("nasty");

	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, no_path_is_too_odd);
	tcase_add_test(tests, no_query_is_too_odd);
	tcase_add_test(tests, no_body_is_too_odd);
	tcase_add_test(tests, no_header_is_too_odd);
	return tests;
}
