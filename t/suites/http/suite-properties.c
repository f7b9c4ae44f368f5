/* An item's properties: any JSON object that fits, and nothing that costs much. */
#include "config.h"
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(properties_come_back_as_they_were_or_are_refused)
{
	const char *pn = new_item();

	PUT("alice", at("/api/items/%s", pn),
	    "{\"properties\":{\"a\":[1,2.5,null,true,{\"b\":\"\\u00e4\\\"\"}]}}");
	expect(200, "");
	ck_assert_str_eq(told("properties.a.1"), "2.5");
	ck_assert_str_eq(told("properties.a.4.b"), "ä\"");
	PUT("alice", at("/api/items/%s", pn),
	    "{\"properties\":{\"a\":\"\\ud83d\\uDE00\\\\ud800\"}}");
	expect(200, "");
	ck_assert_str_eq(told("properties.a"), "😀\\ud800");
	PUT("alice", at("/api/items/%s", pn), "{\"properties\":{\"a\":1e999}}");
	expect(422, told("error"));
	PUT("alice", at("/api/items/%s", pn), "{\"properties\":{\"n\":{\"a\":1,\"a\":2}}}");
	expect(400, "invalid_json");
	PUT("alice", at("/api/items/%s", pn), "{\"properties\":[]}");
	ck_assert_str_eq(told("field"), "properties");
}
END_TEST

/* {"properties":{"a":["word","word",...]}} of about that many bytes, each item `word`. */
static const char *with_properties(const char *word, size_t bytes)
{
	char *body = malloc(bytes + 100), *end = stpcpy(body, "{\"properties\":{\"a\":[");

	while ((size_t)(end - body) < bytes)
		end = stpcpy(stpcpy(end, word), ",");
	stpcpy(end - 1, "]}}");
	return body;
}

/* Sixteen thousand digits in eight bytes: refused before the database writes them out. */
START_TEST(a_number_that_swells_is_refused_before_it_costs_time)
{
	static const char *const numbers[] = {"1e-16383", "0e-16383", "-1E-0309", "1e+309",
	                                      "0e99999999999999999999"};
	const char *pn = strdup(at("/api/items/%s", new_item()));
	const char *fine = "{\"properties\":{\"a\":[1e-308,-2.5E+0300,0.000001e-5,0e0]}}";
	char *form;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const char *body = with_properties(numbers[i], 60000);

		PUT("alice", pn, body);
		expect(422, "invalid_value");
		ck_assert_ptr_nonnull(strstr(told("message"), "exponent"));
		POST("alice", at("%s/revisions", pn), body);
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "properties");
		POST("alice", "/api/items",
		     at("{\"part_number\":\"x\",\"properties\":{\"a\":%s}}", numbers[i]));
		expect(422, "invalid_value");
		ck_assert_int_gt(asprintf(&form,
		                          "--x\r\nContent-Disposition: form-data; "
		                          "name=properties\r\n\r\n{\"a\":[%s]}\r\n--x\r\n"
		                          "Content-Disposition: form-data; name=file; "
		                          "filename=a\r\n\r\nabc\r\n--x--\r\n",
		                          numbers[i]),
		                 0);
		with("Content-Type: multipart/form-data; boundary=x");
		POST("alice", at("%s/file", pn), form);
		expect(422, "invalid_value");
		ck_assert_ptr_nonnull(strstr(told("message"), "exponent"));
		free(form);
	}
	PUT("alice", pn, fine);
	expect(200, "");
	GET("vera", pn);
	ck_assert_str_eq(told("current_revision"), "0");
}
END_TEST

START_TEST(properties_have_a_size_as_sent_and_as_kept)
{
	const char *pn = strdup(at("/api/items/%s", new_item()));
	const char *fine = with_properties("\"0123456789\"", 60000);
	const char *large = with_properties("\"0123456789\"", 70000);
	const char *swelling = with_properties("1e300", 5000); /* 300 KB once it is written out */

	PUT("alice", pn, fine);
	expect(200, "");
	for (int i = 0; i < 2; i++) {
		PUT("alice", pn, i == 0 ? large : swelling);
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "properties");
		POST("alice", at("%s/revisions", pn), i == 0 ? large : swelling);
		expect(422, "invalid_value");
		ck_assert_str_eq(told("field"), "properties");
	}
	with("Content-Type: multipart/form-data; boundary=x");
	POST(
	    "alice", at("%s/file", pn),
	    "--x\r\nContent-Disposition: form-data; name=properties\r\n\r\n{\"a\":1e99999}\r\n"
	    "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc\r\n--x--\r\n");
	expect(422, "invalid_value");
	ck_assert_str_eq(told("field"), "properties");
	GET("vera", pn);
	ck_assert_str_eq(told("current_revision"), "0");
}
END_TEST

TCase *properties_case(void)
{
	TCase *tests = tcase_create("properties");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, properties_come_back_as_they_were_or_are_refused);
	tcase_add_test(tests, a_number_that_swells_is_refused_before_it_costs_time);
	tcase_add_test(tests, properties_have_a_size_as_sent_and_as_kept);
	return tests;
}
