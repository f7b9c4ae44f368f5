/*
 * Many clients, one lock: exactly one wins, every round.  RACE_ROUNDS sets the number of rounds
 * (default 200; 1000 for the full proof).
 */
#include "config.h"
#include "client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RACERS = 64 };

static size_t ignore(char *bytes, size_t one, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return one * count;
}

/* All racers at once; how many were answered with `wanted`, how many with `other`. */
static void race(CURLM *multi, CURL **racers, long wanted, long other, int *won, int *lost)
{
	int running = 1;

	for (int i = 0; i < RACERS; i++)
		curl_multi_add_handle(multi, racers[i]);
	while (running) {
		ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
		if (running)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	*won = *lost = 0;
	for (int i = 0; i < RACERS; i++) {
		long status = 0;

		curl_easy_getinfo(racers[i], CURLINFO_RESPONSE_CODE, &status);
		*won += status == wanted;
		*lost += status == other;
		curl_multi_remove_handle(multi, racers[i]);
	}
}

/* Each racer is a user of its own: with one user, the second call would be a renewal. */
static const char *racer_token(int i)
{
	static const char *hash = "encode(sha256(convert_to('silo_racer-' || n, 'UTF8')), 'hex')";

	if (i == 0)
		sql(at("with made as (insert into silo.users (username, role) select 'racer' || n, "
		       "'editor' "
		       "from generate_series(0, 63) n on conflict do nothing) "
		       "insert into silo.api_tokens (username, name, token_hash, prefix) "
		       "select 'racer' || n, 'race', %s, 'silo_racer' from generate_series(0, 63) "
		       "n on conflict do nothing",
		       hash));
	return at("Authorization: Bearer silo_racer-%d", i);
}

START_TEST(of_64_clients_exactly_one_takes_the_lock_each_round)
{
	int rounds = getenv("RACE_ROUNDS") ? atoi(getenv("RACE_ROUNDS")) : 200;
	CURLM *multi = curl_multi_init();
	CURL *racers[RACERS];
	const char *pn = new_item();

	for (int i = 0; i < RACERS; i++) {
		struct curl_slist *headers = curl_slist_append(NULL, racer_token(i));

		racers[i] = curl_easy_init();
		curl_easy_setopt(racers[i], CURLOPT_URL,
		                 at("%s/api/items/%s/lock", stack_value("SILO_URL"), pn));
		curl_easy_setopt(racers[i], CURLOPT_CUSTOMREQUEST, "POST");
		curl_easy_setopt(racers[i], CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(racers[i], CURLOPT_WRITEFUNCTION, ignore);
		curl_easy_setopt(racers[i], CURLOPT_TIMEOUT, 60L);
	}
	for (int round = 0; round < rounds; round++) {
		int won, lost;

		race(multi, racers, 201, 409, &won, &lost);
		ck_assert_msg(won == 1 && lost == RACERS - 1, "round %d: %d won, %d lost", round,
		              won, lost);
		DELETE("ada", at("/api/items/%s/lock", pn));
		expect(200, "");
	}
	printf("race: %d clients, one item, %d rounds, one winner each\n", RACERS, rounds);
	fflush(stdout); /* Check ends this process by _exit */
}
END_TEST

START_TEST(of_64_uploads_from_one_base_exactly_one_is_kept_each_round)
{
	CURLM *multi = curl_multi_init();
	CURL *racers[RACERS];
	const char *pn = new_item();

	for (int round = 0; round < 15; round++) {
		int won, lost;

		for (int i = 0; i < RACERS; i++) {
			struct curl_slist *headers = curl_slist_append(NULL, racer_token(i));

			headers =
			    curl_slist_append(headers, "Content-Type: application/octet-stream");
			racers[i] = curl_easy_init();
			curl_easy_setopt(racers[i], CURLOPT_URL,
			                 at("%s/api/items/%s/file?filename=a&base_revision=%d",
			                    stack_value("SILO_URL"), pn, round));
			curl_easy_setopt(racers[i], CURLOPT_COPYPOSTFIELDS,
			                 at("round %d racer %d", round, i));
			curl_easy_setopt(racers[i], CURLOPT_HTTPHEADER, headers);
			curl_easy_setopt(racers[i], CURLOPT_WRITEFUNCTION, ignore);
			curl_easy_setopt(racers[i], CURLOPT_TIMEOUT, 60L);
		}
		race(multi, racers, 201, 412, &won, &lost);
		ck_assert_msg(won == 1 && lost == RACERS - 1, "round %d: %d kept, %d refused",
		              round, won, lost);
	}
	GET("vera", at("/api/items/%s", pn));
	ck_assert_str_eq(told("current_revision"), "15");
}
END_TEST

START_TEST(crossing_groups_of_locks_never_deadlock)
{
	const char *a = new_item(), *b = new_item(), *c = new_item();
	CURLM *multi = curl_multi_init();
	CURL *racers[RACERS];

	for (int i = 0; i < RACERS; i++) {
		struct curl_slist *headers = curl_slist_append(NULL, racer_token(i));
		const char *first = i % 3 == 0   ? a
		                    : i % 3 == 1 ? b
		                                 : c,
		           *second = i % 3 == 0   ? b
		                     : i % 3 == 1 ? c
		                                  : a;

		headers = curl_slist_append(headers, "Content-Type: application/json");
		racers[i] = curl_easy_init();
		curl_easy_setopt(racers[i], CURLOPT_URL,
		                 at("%s/api/locks", stack_value("SILO_URL")));
		curl_easy_setopt(racers[i], CURLOPT_COPYPOSTFIELDS,
		                 at("{\"part_numbers\":[\"%s\",\"%s\"]}", first, second));
		curl_easy_setopt(racers[i], CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(racers[i], CURLOPT_WRITEFUNCTION, ignore);
		curl_easy_setopt(racers[i], CURLOPT_TIMEOUT, 60L);
	}
	for (int round = 0; round < 20; round++) {
		int won, lost;

		race(multi, racers, 201, 409, &won, &lost);
		/* Three pairs over three items: two never fit. */
		ck_assert_msg(won == 1 && lost == RACERS - 1, "round %d: %d won, %d lost", round,
		              won, lost);
		sql("delete from silo.locks where locked_by like 'racer%'");
	}
}
END_TEST

TCase *race_case(void)
{
	TCase *tests = tcase_create("race");

	tcase_set_timeout(tests, 600);
	tcase_add_test(tests, of_64_clients_exactly_one_takes_the_lock_each_round);
	tcase_add_test(tests, of_64_uploads_from_one_base_exactly_one_is_kept_each_round);
	tcase_add_test(tests, crossing_groups_of_locks_never_deadlock);
	return tests;
}
