/*
 * Requests: decoding, query parameters, credentials, and where a request may come from.
 */
#include "config.h"
#include "http/decode.h"
#include "base/utf8.h"
#include "http/query.h"
#include "caller/caller.h"
#include "request.h"
#include "run.h"

static char *own[12];

/* A request with up to ten parameters. */
static struct request *with(const char *first, ...)
{
	struct request *rq;
	size_t count = 0;
	va_list more;

	va_start(more, first);
	for (const char *one = first; one; one = va_arg(more, const char *)) {
		ck_assert_uint_lt(count, 11);
		own[count++] = (char *)(uintptr_t)one;
	}
	own[count] = NULL;
	va_end(more);
	rq = request_of(own);
	begin(rq);
	return rq;
}

static struct request *asked(const char *query)
{
	return with("REQUEST_METHOD=GET", arena_print(request_arena, "REQUEST_URI=/x?%s", query),
	            NULL);
}

static void setup(void)
{
	request_arena = arena_new();
}

START_TEST(percent_encoding_is_strict)
{
	struct arena *arena = request_arena;

	ck_assert_str_eq(decode_percent(arena, "a%20b+c", 7, false), "a b+c");
	ck_assert_str_eq(decode_percent(arena, "a%20b+c", 7, true), "a b c");
	ck_assert_str_eq(decode_percent(arena, "%c3%BC", 6, true), "\xc3\xbc");
	ck_assert_str_eq(decode_percent(arena, "%41", 3, false), "A");
	ck_assert_ptr_null(decode_percent(arena, "%4", 2, false));
	ck_assert_ptr_null(decode_percent(arena, "%", 1, false));
	ck_assert_ptr_null(decode_percent(arena, "%g1", 3, false));
	ck_assert_ptr_null(decode_percent(arena, "%00", 3, false));
	ck_assert_ptr_null(decode_percent(arena, "%ff", 3, false));
	/* The escape must not be looked for behind the end. */
	ck_assert_ptr_null(decode_percent(arena, "%41", 2, false));
}
END_TEST

START_TEST(pairs_are_bounded_and_hold_no_nul)
{
	struct pair pairs[2];
	size_t count;

	ck_assert(decode_pairs(request_arena, "&a=1&&b&", 8, pairs, 2, &count));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(pairs[0].value, "1");
	ck_assert_str_eq(pairs[1].name, "b");
	ck_assert_str_eq(pairs[1].value, "");
	ck_assert(!decode_pairs(request_arena, "a&b&c", 5, pairs, 2, &count));
	ck_assert(!decode_pairs(request_arena, "a=1\0b=2", 7, pairs, 2, &count));
	/* Nothing behind the end is looked at. */
	ck_assert(decode_pairs(request_arena, "a=1&b=%", 4, pairs, 2, &count));
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(utf8_counts_characters_and_knows_what_is_none)
{
	ck_assert_int_eq(utf8_length("", 0), 0);
	ck_assert_int_eq(utf8_length("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", 10), 4);
	ck_assert_int_eq(utf8_length("\xc0\x80", 2), -1);         /* overlong NUL */
	ck_assert_int_eq(utf8_length("\xe0\x80\x80", 3), -1);     /* overlong */
	ck_assert_int_eq(utf8_length("\xed\xa0\x80", 3), -1);     /* surrogate */
	ck_assert_int_eq(utf8_length("\xf4\x90\x80\x80", 4), -1); /* above U+10FFFF */
	ck_assert_int_eq(utf8_length("\xe2\x82", 2), -1);         /* cut */
	ck_assert_int_eq(utf8_length("a\0b", 3), -1);
}
END_TEST

START_TEST(the_first_of_a_query_parameter_counts)
{
	struct request *rq = asked("a=1&b=x+y%26&a=2&&c&=d");

	ck_assert_str_eq(request_query(rq, "a"), "1");
	ck_assert_str_eq(request_query(rq, "b"), "x y&");
	ck_assert_str_eq(request_query(rq, "c"), "");
	ck_assert_ptr_null(request_query(rq, "d"));
}
END_TEST

START_TEST(a_bad_or_endless_query_is_malformed)
{
	char many[65 * 4 + 1] = "";

	ck_assert_str_eq(refusal(asked("a=%zz")), "invalid_query");
	ck_assert_str_eq(refusal(asked("a=%ff")), "invalid_query");
	ck_assert_str_eq(refusal(asked("a=%00")), "invalid_query");
	for (int i = 0; i < 65; i++)
		strcat(many, "a=1&");
	ck_assert_str_eq(refusal(asked(many)), "invalid_query");
}
END_TEST

START_TEST(query_numbers_are_whole_and_in_range)
{
	static const char *const bad[] = {
	    "", "x", "1x", "1.0", "+1", " 1", "0", "1001", "-1", "99999999999999999999", "0x10"};
	const char *value;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct request *rq = asked(
		    arena_print(request_arena, "limit=%s", bad[i][0] == '+' ? "%2B1" : bad[i]));

		ck_assert_msg(!request_query_number(rq, "limit", 1, 1000, &value), "%s", bad[i]);
		ck_assert_str_eq(refusal(rq), "invalid_value");
		ck_assert_ptr_nonnull(strstr(rq->failure->body, "\"field\":\"limit\""));
	}
	ck_assert(request_query_number(asked("limit=1000"), "limit", 1, 1000, &value));
	ck_assert_str_eq(value, "1000");
	ck_assert(request_query_number(asked(""), "limit", 1, 1000, &value));
	ck_assert_ptr_null(value);
}
END_TEST

START_TEST(the_prefix_is_cut_off_only_as_whole_segments)
{
	ck_assert_str_eq(with("REQUEST_URI=/cad/health", "SCRIPT_NAME=/cad", NULL)->path,
	                 "/health");
	ck_assert_str_eq(with("REQUEST_URI=/cadx/health", "SCRIPT_NAME=/cad", NULL)->path,
	                 "/cadx/health");
	ck_assert_str_eq(with("REQUEST_URI=/health", "SCRIPT_NAME=", NULL)->path, "/health");
}
END_TEST

static const char *kind_of(const struct request *rq)
{
	return caller_read(rq, &request_settings).kind;
}

START_TEST(bearer_before_cookie_before_remote_user)
{
	request_settings.trust_remote_user = true;
	ck_assert_str_eq(kind_of(with("HTTP_AUTHORIZATION=Bearer silo_x",
	                              "HTTP_COOKIE=silo_session=y", "REMOTE_USER=z", NULL)),
	                 "token");
	ck_assert_str_eq(kind_of(with("HTTP_COOKIE=a=b; silo_session=y", "REMOTE_USER=z", NULL)),
	                 "session");
	ck_assert_str_eq(kind_of(with("HTTP_AUTHORIZATION=Basic eg==", "REMOTE_USER=z", NULL)),
	                 "remote:viewer");
	request_settings.trust_remote_user = false;
	ck_assert_str_eq(kind_of(with("REMOTE_USER=z", NULL)), "none");
	ck_assert_str_eq(kind_of(with("HTTP_REMOTE_USER=z", NULL)), "none");
}
END_TEST

START_TEST(a_header_never_counts_as_remote_user)
{
	request_settings.trust_remote_user = true;
	ck_assert_str_eq(kind_of(with("HTTP_REMOTE_USER=ada", "HTTP_X_REMOTE_USER=ada", NULL)),
	                 "none");
	request_settings.trust_remote_user = false;
}
END_TEST

START_TEST(secrets_are_known_by_their_sha256)
{
	struct request *rq = with("HTTP_AUTHORIZATION=bearer abc", NULL);

	ck_assert_str_eq(caller_read(rq, &request_settings).credential,
	                 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(cookies_are_found_among_others)
{
	struct arena *arena = request_arena;

	ck_assert_str_eq(cookie_value(arena, "silo_session=1", "silo_session"), "1");
	ck_assert_str_eq(cookie_value(arena, "x=1;silo_session=2 ; y=3", "silo_session"), "2");
	ck_assert_str_eq(cookie_value(arena, "silo_session=", "silo_session"), "");
	ck_assert_ptr_null(cookie_value(arena, "xsilo_session=1", "silo_session"));
	ck_assert_ptr_null(cookie_value(arena, "silo_sessionx=1", "silo_session"));
	ck_assert_ptr_null(cookie_value(arena, NULL, "silo_session"));
}
END_TEST

START_TEST(another_sites_page_is_foreign)
{
	static const struct {
		const char *headers[3];
		enum origin origin;
	} cases[] = {
	    {{"HTTP_SEC_FETCH_SITE=same-origin"}, ORIGIN_OURS},
	    {{"HTTP_SEC_FETCH_SITE=none"}, ORIGIN_OURS},
	    {{"HTTP_SEC_FETCH_SITE=same-site"}, ORIGIN_FOREIGN},
	    {{"HTTP_SEC_FETCH_SITE=cross-site", "HTTP_ORIGIN=http://h", "HTTP_HOST=h"},
	     ORIGIN_FOREIGN},
	    {{"HTTP_ORIGIN=http://h:8080", "HTTP_HOST=h:8080"}, ORIGIN_OURS},
	    {{"HTTP_ORIGIN=http://h:8081", "HTTP_HOST=h:8080"}, ORIGIN_FOREIGN},
	    {{"HTTP_ORIGIN=http://h", "HTTP_HOST=h", "HTTPS=on"}, ORIGIN_FOREIGN},
	    {{"HTTP_ORIGIN=https://h", "HTTP_HOST=h", "HTTPS=on"}, ORIGIN_OURS},
	    {{"HTTP_ORIGIN=null", "HTTP_HOST=h"}, ORIGIN_FOREIGN},
	    {{"HTTP_ORIGIN=http://h"}, ORIGIN_FOREIGN},
	    {{"HTTP_HOST=h"}, ORIGIN_UNTOLD},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_int_eq(request_origin(with(cases[i].headers[0], cases[i].headers[1],
		                                     cases[i].headers[2], NULL)),
		                 cases[i].origin);
}
END_TEST

START_TEST(json_is_said_by_its_type)
{
	ck_assert(request_says_json(with("CONTENT_TYPE=application/json", NULL)));
	ck_assert(request_says_json(with("CONTENT_TYPE=Application/JSON; charset=utf-8", NULL)));
	ck_assert(!request_says_json(with("CONTENT_TYPE=application/jsonp", NULL)));
	ck_assert(!request_says_json(with("CONTENT_TYPE=text/plain; application/json", NULL)));
	ck_assert(!request_says_json(with("CONTENT_TYPE=", NULL)));
	ck_assert(!request_says_json(with("HTTP_HOST=h", NULL)));
}
END_TEST

START_TEST(next_stays_on_this_site)
{
	ck_assert(is_local_path("/"));
	ck_assert(is_local_path("/items?q=a#b"));
	ck_assert(!is_local_path("//evil"));
	ck_assert(!is_local_path("/\\evil"));
	ck_assert(!is_local_path("/a\\b"));
	ck_assert(!is_local_path("https://evil"));
	ck_assert(!is_local_path("javascript:x"));
	ck_assert(!is_local_path("/a\r\nSet-Cookie: x"));
	ck_assert(!is_local_path("/\t/evil"));
	ck_assert(!is_local_path(""));
}
END_TEST

START_TEST(a_request_id_is_nginx_s_or_own_but_never_a_text)
{
	ck_assert_str_eq(with("REQUEST_ID=0af3", NULL)->id, "0af3");
	ck_assert_uint_eq(strlen(with("REQUEST_ID=a\nb", NULL)->id), 32);
	ck_assert_uint_eq(strlen(with("REQUEST_URI=/", NULL)->id), 32);
}
END_TEST

START_TEST(content_length_is_a_number)
{
	ck_assert_int_eq(with("CONTENT_LENGTH=", NULL)->content_length, -1);
	ck_assert_int_eq(with("CONTENT_LENGTH=12", NULL)->content_length, 12);
	ck_assert_str_eq(refusal(with("CONTENT_LENGTH=-1", NULL)), "invalid_length");
	ck_assert_str_eq(refusal(with("CONTENT_LENGTH=1e3", NULL)), "invalid_length");
	ck_assert_str_eq(refusal(with("CONTENT_LENGTH=99999999999999999999", NULL)),
	                 "invalid_length");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, percent_encoding_is_strict);
	tcase_add_test(tests, pairs_are_bounded_and_hold_no_nul);
	tcase_add_test(tests, utf8_counts_characters_and_knows_what_is_none);
	tcase_add_test(tests, the_first_of_a_query_parameter_counts);
	tcase_add_test(tests, a_bad_or_endless_query_is_malformed);
	tcase_add_test(tests, query_numbers_are_whole_and_in_range);
	tcase_add_test(tests, the_prefix_is_cut_off_only_as_whole_segments);
	tcase_add_test(tests, bearer_before_cookie_before_remote_user);
	tcase_add_test(tests, a_header_never_counts_as_remote_user);
	tcase_add_test(tests, secrets_are_known_by_their_sha256);
	tcase_add_test(tests, cookies_are_found_among_others);
	tcase_add_test(tests, another_sites_page_is_foreign);
	tcase_add_test(tests, json_is_said_by_its_type);
	tcase_add_test(tests, next_stays_on_this_site);
	tcase_add_test(tests, a_request_id_is_nginx_s_or_own_but_never_a_text);
	tcase_add_test(tests, content_length_is_a_number);
}

int main(void)
{
	return run_tests("request", add);
}
