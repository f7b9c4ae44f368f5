/* No lost update: stale writes, and locks that change hands while an upload runs. */
#include "config.h"
#include "client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *stored(const char *pn)
{
	return sql_value(at(
	    "select count(*) || ' of ' || (select count(*) from silo.blobs) from silo.revisions r "
	    "join silo.items i on i.id = r.item_id where part_number = '%s'",
	    pn));
}

START_TEST(a_stale_base_revision_is_refused_and_nothing_is_stored)
{
	const char *pn = new_item(), *before;

	upload("alice", pn, "one", "&base_revision=0");
	upload("bob", pn, "two", "&base_revision=1");
	expect(201, "");
	before = strdup(stored(pn));
	upload("alice", pn, at("stale %s", pn), "&base_revision=1");
	expect(412, "stale_revision");
	ck_assert_str_eq(told("revision.revision_number"), "2");
	ck_assert_str_eq(told("revision.created_by"), "bob");
	POST("alice", at("/api/items/%s/revisions", pn), "{\"base_revision\":1}");
	expect(412, "stale_revision");
	with("If-Match: \"1.2\"");
	upload("alice", pn, at("stale %s", pn), "");
	expect(412, "stale_revision");
	/* No text at all: names no state, as at every other route. */
	with("If-Match: \xff\xfe");
	upload("alice", pn, at("stale %s", pn), "");
	expect(412, "stale_revision");
	ck_assert_str_eq(stored(pn), before);
}
END_TEST

/* As deep as a body may be: the refusal must still carry all of the newest revision. */
START_TEST(the_newest_revision_is_named_however_deep_it_is)
{
	const char *pn = new_item();
	char body[200] = "{\"properties\":{\"a\":", *end = body + strlen(body);

	for (int i = 0; i < 29; i++)
		end = stpcpy(end, "[");
	end = stpcpy(end, "7");
	for (int i = 0; i < 29; i++)
		end = stpcpy(end, "]");
	stpcpy(end, "}}");
	POST("alice", at("/api/items/%s/revisions", pn), body);
	expect(201, "");
	POST("bob", at("/api/items/%s/revisions", pn), "{\"base_revision\":0}");
	ck_assert_int_eq(told_status(), 412);
	ck_assert_msg(strstr(told_body(), "\"revision_number\" : 1"), "%s", told_body());
	ck_assert_msg(strstr(told_body(), "[[[7]]]"), "%s", told_body());
}
END_TEST

START_TEST(work_begun_under_an_ended_lease_cannot_bury_what_came_after)
{
	const char *pn = new_item();

	upload("alice", pn, "base", "");
	lock("alice", pn);
	let_lease_end(pn);
	lock("bob", pn);
	upload("bob", pn, "bob's", "&base_revision=1&release_lock=true");
	expect(201, "");
	upload("alice", pn, "alice's", "&base_revision=1");
	expect(412, "stale_revision");
	GET("vera", at("/api/items/%s/file", pn));
	ck_assert_str_eq(told_body(), "bob's");
}
END_TEST

/* The answer to the first try was lost, and by the second the lock is another's. */
START_TEST(the_second_try_of_an_upload_that_succeeded_is_no_second_revision)
{
	const char *pn = new_item();

	lock("alice", pn);
	upload("alice", pn, "once", "&base_revision=0&release_lock=true");
	expect(201, "");
	upload("alice", pn, "once", "&base_revision=0&release_lock=true");
	expect(200, "");
	lock("bob", pn);
	upload("alice", pn, "once", "&base_revision=0&release_lock=true");
	expect(200, "");
	ck_assert_str_eq(told("revision_number"), "1");
	upload("alice", pn, "other", "&base_revision=0");
	expect(409, "locked");
}
END_TEST

/* ---- an upload that takes its time
 * --------------------------------------------------------------- */

struct slow {
	const char *path, *token;
	size_t left;
	long status;
};

static size_t drip(char *into, size_t one, size_t count, void *context)
{
	struct slow *slow = context;
	size_t most = one * count < 20000 ? one * count : 20000;

	if (slow->left == 0)
		return 0;
	if (slow->left < most)
		most = slow->left;
	usleep(50000);
	memset(into, 'x', most);
	slow->left -= most;
	return most;
}

static size_t ignore(char *bytes, size_t one, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return one * count;
}

static void *upload_slowly(void *context)
{
	struct slow *slow = context;
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, slow->token);

	headers = curl_slist_append(headers, "Content-Type: application/octet-stream");
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, slow->path);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)slow->left);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, drip);
	curl_easy_setopt(curl, CURLOPT_READDATA, slow);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &slow->status);
	curl_easy_cleanup(curl);
	return NULL;
}

static long slow_upload_meanwhile(const char *pn, void (*meanwhile)(const char *pn))
{
	struct slow slow = {.left = 400000};
	pthread_t thread;

	slow.path = strdup(at("%s/api/items/%s/file?filename=slow.bin&base_revision=0",
	                      stack_value("SILO_URL"), pn));
	slow.token = strdup(at("Authorization: Bearer %s", stack_value("TOKEN_ALICE")));
	pthread_create(&thread, NULL, upload_slowly, &slow);
	usleep(300000);
	meanwhile(pn);
	pthread_join(thread, NULL);
	return slow.status;
}

static void bob_takes_the_lock(const char *pn)
{
	lock("bob", pn);
}

static void lease_ends_and_bob_takes_over(const char *pn)
{
	let_lease_end(pn);
	lock("bob", pn);
}

static void lease_ends_and_bob_commits(const char *pn)
{
	let_lease_end(pn);
	upload("bob", pn, "bob was quicker", "&base_revision=0");
	expect(201, "");
}

static void lease_only_ends(const char *pn)
{
	let_lease_end(pn);
}

START_TEST(a_lock_taken_while_an_upload_runs_refuses_it)
{
	const char *pn = new_item(), *before = strdup(stored(pn));

	ck_assert_int_eq(slow_upload_meanwhile(pn, bob_takes_the_lock), 409);
	ck_assert_str_eq(stored(pn), before);
}
END_TEST

START_TEST(a_lease_that_ends_and_changes_hands_during_an_upload_refuses_it)
{
	const char *pn = new_item();

	lock("alice", pn);
	ck_assert_int_eq(slow_upload_meanwhile(pn, lease_ends_and_bob_takes_over), 409);
}
END_TEST

START_TEST(a_commit_of_another_during_an_upload_makes_it_stale)
{
	const char *pn = new_item();

	lock("alice", pn);
	ck_assert_int_eq(slow_upload_meanwhile(pn, lease_ends_and_bob_commits), 412);
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("current_revision"), "1");
}
END_TEST

START_TEST(a_lease_that_only_ends_during_an_upload_harms_nothing)
{
	const char *pn = new_item();

	lock("alice", pn);
	ck_assert_int_eq(slow_upload_meanwhile(pn, lease_only_ends), 201);
}
END_TEST

TCase *fencing_case(void)
{
	TCase *tests = tcase_create("fencing");

	tcase_set_timeout(tests, 90);
	tcase_add_test(tests, a_stale_base_revision_is_refused_and_nothing_is_stored);
	tcase_add_test(tests, the_newest_revision_is_named_however_deep_it_is);
	tcase_add_test(tests, work_begun_under_an_ended_lease_cannot_bury_what_came_after);
	tcase_add_test(tests, the_second_try_of_an_upload_that_succeeded_is_no_second_revision);
	tcase_add_test(tests, a_lock_taken_while_an_upload_runs_refuses_it);
	tcase_add_test(tests, a_lease_that_ends_and_changes_hands_during_an_upload_refuses_it);
	tcase_add_test(tests, a_commit_of_another_during_an_upload_makes_it_stale);
	tcase_add_test(tests, a_lease_that_only_ends_during_an_upload_harms_nothing);
	return tests;
}
