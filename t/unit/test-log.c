/*
 * Log lines: one event, one line, whatever a client puts into a value.
 */
#include "config.h"
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "run.h"

static int ends[2];

/* Standard error goes into a pipe; returns what was written to it. */
static const char *logged(void)
{
	static char text[4096];
	ssize_t got = read(ends[0], text, sizeof text - 1);

	ck_assert_int_ge(got, 0);
	text[got] = '\0';
	return text;
}

static void setup(void)
{
	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_open("test", LOG_LEVEL_INFO);
}

START_TEST(pairs_are_written_in_order_and_null_is_a_hyphen)
{
	const char *line;

	log_event(LOG_LEVEL_INFO, "request", "user", NULL, "status", "200", NULL);
	line = logged();
	ck_assert_ptr_nonnull(strstr(line, "level=info program=test"));
	ck_assert_ptr_nonnull(strstr(line, " event=request user=- status=200\n"));
}
END_TEST

START_TEST(a_value_cannot_forge_a_line_or_a_pair)
{
	const char *line;

	log_event(LOG_LEVEL_INFO, "x", "v", "a\nlevel=error b=\"c\" \\ \x1b[2J", NULL);
	line = logged();
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_ptr_nonnull(strstr(line, "v=\"a\\nlevel=error b=\\\"c\\\" \\\\ \\x1b[2J\"\n"));
}
END_TEST

START_TEST(what_is_below_the_level_is_not_written)
{
	const char *line;

	log_event(LOG_LEVEL_DEBUG, "quiet", NULL);
	log_event(LOG_LEVEL_ERROR, "loud", NULL);
	line = logged();
	ck_assert_ptr_null(strstr(line, "quiet"));
	ck_assert_ptr_nonnull(strstr(line, "loud"));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, pairs_are_written_in_order_and_null_is_a_hyphen);
	tcase_add_test(tests, a_value_cannot_forge_a_line_or_a_pair);
	tcase_add_test(tests, what_is_below_the_level_is_not_written);
}

int main(void)
{
	return run_tests("log", add);
}
