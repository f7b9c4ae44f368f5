/*
 * Reading the settings again at SIGHUP: taken over without a pause, or refused and nothing changed.
 */
#include "config.h"

#include "client.h"
#include "processes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(no_request_is_refused_while_the_settings_are_read_again)
{
	pid_t before[64], after[64];

	ck_assert_int_eq(children_of(master(), before), 3);
	for (int round = 0; round < 5; round++) {
		kill(master(), SIGHUP);
		for (int i = 0; i < 100; i++)
			ck_assert_int_eq(GET("vera", "/api/auth/me"), 200);
	}
	for (int i = 0; i < 3; i++)
		ck_assert(is_gone(before[i]));
	ck_assert_int_eq(children_of(master(), after), 3);
}
END_TEST

/* Adds a line to the configuration file and has it read. */
static void configure(const char *line)
{
	FILE *file = fopen(stack_value("SILO_CONFIG_FILE"), "a");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "%s\n", line);
	fclose(file);
	kill(master(), SIGHUP);
}

static bool says_soon(const char *name, const char *value)
{
	for (int tries = 0; tries < 2000; tries++) {
		GET(NULL, "/api/auth/config");
		if (strcmp(told(name), value) == 0)
			return true;
		usleep(10000);
	}
	return false;
}

START_TEST(new_settings_hold_after_a_reload_and_faulty_ones_change_nothing)
{
	configure("lock_default_seconds = 7200");
	ck_assert(says_soon("lock_default_seconds", "7200"));
	configure("lock_default_seconds = soon");
	usleep(300000);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(GET(NULL, "/api/auth/config"), 200);
		ck_assert_str_eq(told("lock_default_seconds"), "7200");
	}
	configure("lock_default_seconds = 86400"); /* the faulty line is still there */
	usleep(300000);
	GET(NULL, "/api/auth/config");
	ck_assert_str_eq(told("lock_default_seconds"), "7200");
}
END_TEST

static void log_says_soon(const char *pattern)
{
	char line[400];
	bool said = false;

	snprintf(line, sizeof line, "grep -q '%s' '%s/log/silo-api.log'", pattern,
	         stack_value("SILO_DIR"));
	for (int tries = 0; !said && tries < 2000; tries++) {
		said = system(line) == 0;
		usleep(said ? 0 : 10000);
	}
	ck_assert(said);
}

static void serves(int times)
{
	for (int i = 0; i < times; i++)
		ck_assert_int_eq(GET("vera", "/api/auth/me"), 200);
}

START_TEST(another_database_must_answer_before_the_old_workers_end)
{
	char line[600];
	pid_t before[64], after[64];

	ck_assert_int_eq(children_of(master(), before), 3);
	configure("database = host=/nowhere dbname=silo");
	log_says_soon("event=reload_refused.*no database");
	serves(20);
	ck_assert_int_eq(children_of(master(), after), 3);
	ck_assert_int_eq(memcmp(before, after, 3 * sizeof *before), 0);
	snprintf(line, sizeof line, "database = %s connect_timeout=3",
	         stack_value("SILO_API_DATABASE"));
	configure(line);
	ck_assert(is_gone(before[0]));
	serves(20);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reload");
	TCase *tests = tcase_create("reload");
	SRunner *runner;
	int failed = 1;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, no_request_is_refused_while_the_settings_are_read_again);
	tcase_add_test(tests, another_database_must_answer_before_the_old_workers_end);
	/* The last: it leaves the file faulty. */
	tcase_add_test(tests, new_settings_hold_after_a_reload_and_faulty_ones_change_nothing);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	if (stack_open("--workers 3 --no-events") == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
