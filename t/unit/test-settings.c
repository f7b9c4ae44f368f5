/*
 * Settings: four sources, the later wins, and nothing wrong is taken silently.
 */
#include "config.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/settings.h"
#include "run.h"

static char path[] = "/tmp/silo-settings-XXXXXX";

/* Writes a configuration file and points SILO_CONFIG to it. */
static void file_says(const char *text)
{
	int fd;

	strcpy(path + sizeof path - 7, "XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	setenv("SILO_CONFIG", path, 1);
}

static bool read_with(struct settings *settings, char *flag, char ***rest)
{
	char *argv[] = {"silo-api", flag, NULL};
	bool fine = settings_read(settings, flag ? 2 : 1, argv, rest);

	unlink(path);
	return fine;
}

static void refused(const char *text, char *flag)
{
	struct settings settings;

	file_says(text);
	ck_assert_msg(!read_with(&settings, flag, NULL), "taken: %s %s", text, flag ? flag : "");
}

START_TEST(without_any_source_the_defaults_hold)
{
	struct settings settings;

	file_says("");
	ck_assert(read_with(&settings, NULL, NULL));
	ck_assert_int_eq(settings.lock_default_seconds, 86400);
	ck_assert_int_eq(settings.lock_minimum_seconds, 60);
	ck_assert_int_eq(settings.lock_maximum_seconds, 30 * 86400);
	ck_assert(!settings.require_lock);
	ck_assert(!settings.trust_remote_user);
	ck_assert_str_eq(settings.remote_user_role, "viewer");
	settings_free(&settings);
}
END_TEST

START_TEST(file_then_environment_then_flag)
{
	struct settings settings;

	file_says("# comment\n\n workers = 3 \nlog_level=debug\nlock_timeout_ms = 700\n");
	setenv("SILO_WORKERS", "4", 1);
	setenv("SILO_LOG_LEVEL", "error", 1);
	ck_assert(read_with(&settings, "--workers=5", NULL));
	ck_assert_int_eq(settings.lock_timeout_ms, 700);
	ck_assert_str_eq(settings.log_level, "error");
	ck_assert_int_eq(settings.workers, 5);
	settings_free(&settings);
}
END_TEST

START_TEST(a_value_may_hold_equals_signs_and_spaces)
{
	struct settings settings;

	file_says("database = host=db1,db2 dbname=silo\n");
	ck_assert(read_with(&settings, NULL, NULL));
	ck_assert_str_eq(settings.database, "host=db1,db2 dbname=silo");
	settings_free(&settings);
}
END_TEST

START_TEST(a_flag_alone_is_yes)
{
	struct settings settings;

	file_says("");
	ck_assert(read_with(&settings, "--require-lock", NULL));
	ck_assert(settings.require_lock);
	settings_free(&settings);
}
END_TEST

START_TEST(what_is_no_setting_is_left_over)
{
	struct settings settings;
	char **rest;

	file_says("");
	ck_assert(read_with(&settings, "migrate", &rest));
	ck_assert_str_eq(rest[0], "silo-api");
	ck_assert_str_eq(rest[1], "migrate");
	ck_assert_ptr_null(rest[2]);
	settings_free(&settings);
}
END_TEST

START_TEST(mistakes_are_refused)
{
	refused("wrokers = 3\n", NULL);
	refused("workers\n", NULL);
	refused("workers = three\n", NULL);
	refused("workers = 3x\n", NULL);
	refused("workers = -1\n", NULL);
	refused("workers = 99999999999999999999\n", NULL);
	refused("require_lock = maybe\n", NULL);
	refused("vault = relative/path\n", NULL);
	refused("log_level = loud\n", NULL);
	refused("remote_user_role = root\n", NULL);
	refused("", "--workers=");
	refused("", "--workers");
	refused("lock_default_seconds = 7200\nlock_maximum_seconds = 3600\n", NULL);
}
END_TEST

START_TEST(a_named_file_must_exist)
{
	struct settings settings;

	file_says("");
	unlink(path);
	ck_assert(!read_with(&settings, NULL, NULL));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, without_any_source_the_defaults_hold);
	tcase_add_test(tests, file_then_environment_then_flag);
	tcase_add_test(tests, a_value_may_hold_equals_signs_and_spaces);
	tcase_add_test(tests, a_flag_alone_is_yes);
	tcase_add_test(tests, what_is_no_setting_is_left_over);
	tcase_add_test(tests, mistakes_are_refused);
	tcase_add_test(tests, a_named_file_must_exist);
}

int main(void)
{
	return run_tests("settings", add);
}
