/*
 * Files over HTTP when something goes wrong: locks, clients, workers and the database in the middle
 * of an upload; a vault that has lost a file or can't be written; the clean-up.
 */
#include "config.h"
#include "files.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "raw-fastcgi.h"

/* ---- in the middle of an upload ---------------------------------------------------------------
 */

/* Starts an upload straight at a worker and sends half of the body. */
static int half_upload(const char *item, const char *filename)
{
	char query[100];
	int request, tries;

	snprintf(query, sizeof query, "filename=%s", filename);
	request = raw_begin(stack_value("SILO_API_SOCKET"), at_item(item, "file"), query,
	                    stack_value("TOKEN_ALICE"), 20);
	ck_assert_int_ge(request, 0);
	ck_assert_int_eq(raw_record(request, FCGI_INPUT, "0123456789", 10), 0);
	for (tries = 0; files_in_vault("tmp") == 0 && tries < 500; tries++)
		usleep(10000);
	ck_assert_int_eq(files_in_vault("tmp"), 1);
	return request;
}

START_TEST(a_lock_taken_while_the_upload_runs_counts)
{
	const char *item = new_item();
	int files = files_in_vault(""), request = half_upload(item, "late.txt");
	char text[8000];

	lock("bob", item);
	raw_record(request, FCGI_INPUT, "abcdefghij", 10);
	ck_assert_uint_gt(raw_end(request, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 409") != NULL, "%s", text);
	expect_files(files);
}
END_TEST

START_TEST(a_body_shorter_than_announced_is_refused)
{
	const char *item = new_item();
	int files = files_in_vault(""), request = half_upload(item, "short.txt");
	char text[8000];

	ck_assert_uint_gt(raw_end(request, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 400") != NULL, "%s", text);
	expect_files(files);
}
END_TEST

START_TEST(a_client_that_goes_away_leaves_nothing)
{
	const char *item = new_item();
	int files = files_in_vault(""), request = half_upload(item, "gone.txt");

	close(request);
	expect_files(files);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 404);
}
END_TEST

/* The worker that has the upload: the one of the master's children with a file open in tmp/. */
static pid_t worker_with_upload(void)
{
	char line[1000], found[40] = "";
	FILE *pipe;

	snprintf(line, sizeof line,
	         "for p in $(pgrep -P %s); do ls -l /proc/$p/fd 2>/dev/null | grep -q '%s/tmp/' && "
	         "echo $p; done",
	         stack_value("SILO_API_PID"), "vault");
	pipe = popen(line, "r");
	if (fgets(found, sizeof found, pipe) == NULL)
		found[0] = '\0';
	pclose(pipe);
	return atoi(found);
}

START_TEST(a_worker_killed_in_the_middle_leaves_the_old_revision)
{
	const char *item = new_item();
	char text[100], revision[20];
	int request, tries;
	pid_t worker;

	ck_assert_int_eq(upload("alice", item, "acknowledged", ""), 201);
	snprintf(revision, sizeof revision, "%s", told("revision_number"));
	request = half_upload(item, "killed.txt");
	worker = worker_with_upload();
	ck_assert_int_gt(worker, 1);
	ck_assert_int_eq(kill(worker, SIGKILL), 0);
	ck_assert_uint_eq(raw_end(request, text, sizeof text), 0);

	/* The others answer at once; the old revision is whole; only tmp/ has the rest. */
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_body(), "acknowledged");
	ck_assert_str_eq(told_header("X-Silo-Revision"), revision);
	ck_assert_int_eq(files_in_vault("tmp"), 1);
	ck_assert_int_eq(upload("alice", item, "next", ""), 201);
	/* And the master replaces the worker. */
	for (tries = 0; tries < 50; tries++) {
		snprintf(text, sizeof text, "test $(pgrep -c -P %s) = 3",
		         stack_value("SILO_API_PID"));
		if (system(text) == 0)
			break;
		usleep(100000);
	}
	ck_assert_int_lt(tries, 50);
	snprintf(text, sizeof text, "rm %.60s/tmp/*", stack_value("SILO_VAULT"));
	ck_assert_int_eq(system(text), 0);
}
END_TEST

START_TEST(a_database_that_goes_away_during_an_upload_loses_nothing_acknowledged)
{
	const char *item = new_item();
	char text[8000];
	int request, tries;

	ck_assert_int_eq(upload("alice", item, "acknowledged", ""), 201);
	request = half_upload(item, "unlucky.txt");
	ck_assert_int_eq(stack_run("stop-postgres"), 0);
	raw_record(request, FCGI_INPUT, "abcdefghij", 10);
	ck_assert_uint_gt(raw_end(request, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 503") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "Retry-After: ") != NULL, "%s", text);
	upload("alice", item, "never read", "");
	expect(503, "unavailable");
	ck_assert_int_eq(stack_run("start-postgres"), 0);
	for (tries = 0; GET("vera", at_item(item, "file")) != 200 && tries < 100; tries++)
		usleep(100000);
	ck_assert_str_eq(told_body(), "acknowledged");
	ck_assert_int_eq(upload("alice", item, "0123456789abcdefghij", ""), 201);
	ck_assert_int_eq(files_in_vault("tmp"), 0);
}
END_TEST

/* ---- a vault in trouble ------------------------------------------------------------------------
 */

START_TEST(a_lost_file_is_reported_and_healed_by_the_next_upload_of_it)
{
	const char *item = new_item();
	char path[700];

	ck_assert_int_eq(upload("alice", item, "abc", ""), 201);
	snprintf(path, sizeof path, "%s/ba/78/" SHA_OF_ABC, stack_value("SILO_VAULT"));
	ck_assert_int_eq(unlink(path), 0);
	GET("vera", at_item(item, "file"));
	expect(503, "file_missing");
	snprintf(path, sizeof path, "grep -q 'file_missing.*" SHA_OF_ABC "' %s/log/silo-api.log",
	         stack_value("SILO_DIR"));
	ck_assert_int_eq(system(path), 0);
	ck_assert_int_eq(upload("alice", item, "abc", ""), 200);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
}
END_TEST

/* Other bytes under the name of "abc", as a disk would have it. */
static void damage_abc(const char *bytes)
{
	char path[700];
	FILE *file;

	snprintf(path, sizeof path, "%s/ba/78/" SHA_OF_ABC, stack_value("SILO_VAULT"));
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(bytes, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* A metric, summed over its labels. */
static double metric(const char *name)
{
	const char *at;
	char start[100];

	GET(NULL, "/metrics");
	ck_assert_int_eq(told_status(), 200);
	snprintf(start, sizeof start, "\n%s ", name);
	at = strstr(told_body(), start);
	ck_assert_msg(at != NULL, "no %s", name);
	return strtod(at + strlen(start), NULL);
}

START_TEST(a_damaged_file_is_healed_by_anyones_next_upload_of_it)
{
	const char *item = new_item(), *other = new_item();
	char command[700];
	double healed = metric("silo_vault_healed_total");

	ck_assert_int_lt(upload("alice", item, "abc", ""), 300);
	damage_abc("xyz");
	ck_assert_int_lt(upload("bob", other, "abc", ""), 300);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_body(), "abc");
	ck_assert_int_eq(GET("vera", at_item(other, "file")), 200);
	ck_assert_str_eq(told_body(), "abc");
	snprintf(command, sizeof command,
	         "grep -q 'vault_healed.*" SHA_OF_ABC ".*size=3' %s/log/silo-api.log",
	         stack_value("SILO_DIR"));
	ck_assert_int_eq(system(command), 0);
	ck_assert(metric("silo_vault_healed_total") == healed + 1);
	/* One that is whole is kept. */
	ck_assert_int_lt(upload("bob", other, "abc", "&force=true"), 300);
	ck_assert(metric("silo_vault_healed_total") == healed + 1);
}
END_TEST

START_TEST(a_file_that_was_cut_off_is_not_sent_as_if_it_were_whole)
{
	const char *item = new_item();

	ck_assert_int_lt(upload("alice", item, "abc", ""), 300);
	damage_abc("ab");
	GET("vera", at_item(item, "file"));
	expect(503, "file_missing");
	ck_assert_int_eq(upload("alice", item, "abc", ""), 200);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_body(), "abc");
}
END_TEST

START_TEST(a_vault_that_cannot_be_written_is_503_and_the_worker_lives)
{
	const char *item = new_item();
	char tmp[600], away[620];
	int times;

	snprintf(tmp, sizeof tmp, "%s/tmp", stack_value("SILO_VAULT"));
	snprintf(away, sizeof away, "%s.away", tmp);
	ck_assert_int_eq(rename(tmp, away), 0);
	close(open(tmp, O_CREAT | O_WRONLY, 0600)); /* a file where the folder should be */
	for (times = 0; times < 6; times++) {
		upload("alice", item, "never stored", "");
		expect(503, "vault_unavailable");
		ck_assert_str_ne(told_header("Retry-After"), "");
	}
	ck_assert_int_eq(unlink(tmp), 0);
	ck_assert_int_eq(rename(away, tmp), 0);
	ck_assert_int_eq(upload("alice", item, "stored", ""), 201);
}
END_TEST

/* Makes a file of the vault two days old. */
static void age(const char *path)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 2 * 86400}};

	old[1] = old[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
}

START_TEST(what_no_revision_names_is_cleaned_up_and_nothing_else)
{
	const char *item = new_item();
	char named[700], orphan[700], tmp[700], command[2000];

	snprintf(command, sizeof command,
	         "SILO_DATABASE='%s' '%s/silo-admin' --config '%s' clean >/dev/null",
	         stack_value("SILO_OWNER_DATABASE"), stack_value("SILO_STACK_BUILD"),
	         stack_value("SILO_CONFIG_FILE"));
	ck_assert_int_lt(upload("alice", item, "abc", ""), 300);
	snprintf(named, sizeof named, "%s/ba/78/" SHA_OF_ABC, stack_value("SILO_VAULT"));
	snprintf(orphan, sizeof orphan, "%.*s0", (int)strlen(named) - 1, named);
	snprintf(tmp, sizeof tmp, "%s/tmp/cut-off", stack_value("SILO_VAULT"));
	close(open(orphan, O_CREAT | O_WRONLY, 0600));
	close(open(tmp, O_CREAT | O_WRONLY, 0600));
	age(named);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(access(orphan, F_OK), 0); /* it may yet get its row */
	ck_assert_int_eq(access(tmp, F_OK), 0);
	age(orphan);
	age(tmp);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_ne(access(orphan, F_OK), 0);
	ck_assert_int_ne(access(tmp, F_OK), 0);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("file troubles");
	TCase *middle = tcase_create("in the middle");
	SRunner *runner;
	int failed = 1;

	tcase_set_timeout(middle, 60);
	tcase_add_test(middle, a_lock_taken_while_the_upload_runs_counts);
	tcase_add_test(middle, a_body_shorter_than_announced_is_refused);
	tcase_add_test(middle, a_client_that_goes_away_leaves_nothing);
	tcase_add_test(middle, a_worker_killed_in_the_middle_leaves_the_old_revision);
	tcase_add_test(middle,
	               a_database_that_goes_away_during_an_upload_loses_nothing_acknowledged);
	tcase_add_test(middle, a_lost_file_is_reported_and_healed_by_the_next_upload_of_it);
	tcase_add_test(middle, a_damaged_file_is_healed_by_anyones_next_upload_of_it);
	tcase_add_test(middle, a_file_that_was_cut_off_is_not_sent_as_if_it_were_whole);
	tcase_add_test(middle, a_vault_that_cannot_be_written_is_503_and_the_worker_lives);
	tcase_add_test(middle, what_no_revision_names_is_cleaned_up_and_nothing_else);
	suite_add_tcase(suite, middle);
	runner = srunner_create(suite);
	if (stack_open(FILES_STACK) == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
