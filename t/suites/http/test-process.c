/*
 * silo-api as processes: stopping, sockets made by others, and peers that keep silent.
 * Nothing here is about items or locks.
 */
#include "config.h"

#include "client.h"
#include "processes.h"
#include "raw-fastcgi.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A silent peer is let go after a second, a silent database after 500 ms and 2 s. */
#define STACK "--workers 3 --no-events 'io_timeout_seconds = 1' 'statement_timeout_ms = 500'"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/*
 * Without its limit each of these waits would last for half a minute or for ever; a busy machine
 * may need much longer than the limit itself.
 */
enum { IN_TIME = 25 };

/* ---- silence --------------------------------------------------------------------------------- */

START_TEST(half_a_request_holds_a_worker_for_a_while_only)
{
	char said[2000];
	int half[3];
	double began;

	for (int i = 0; i < 3; i++) {
		half[i] = raw_begin(stack_value("SILO_API_SOCKET"), "/api/items", "",
		                    stack_value("TOKEN_ALICE"), 100);
		ck_assert_int_ge(half[i], 0);
	}
	began = now();
	ck_assert_int_eq(GET(NULL, "/api/auth/config"), 200);
	ck_assert(now() - began < IN_TIME);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_gt(raw_end(half[i], said, sizeof said), 0);
		ck_assert_ptr_nonnull(strstr(said, "Status: 400"));
	}
}
END_TEST

START_TEST(a_peer_that_says_nothing_at_all_is_dropped)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	double began = now();

	snprintf(address.sun_path, sizeof address.sun_path, "%s", stack_value("SILO_API_SOCKET"));
	for (int i = 0; i < 3; i++) {
		int silent = socket(AF_UNIX, SOCK_STREAM, 0);

		ck_assert_int_eq(connect(silent, (struct sockaddr *)&address, sizeof address), 0);
	}
	ck_assert_int_eq(GET(NULL, "/api/auth/config"), 200);
	ck_assert(now() - began < IN_TIME);
}
END_TEST

/* The workers' own processes within Postgres stop answering without closing anything. */
static void all_sessions(int signal_number)
{
	char line[1000];

	snprintf(line, sizeof line,
	         "psql -X -A -t '%s' -c \"select pid from pg_stat_activity"
	         " where usename = 'silo_api'\" >'%s/sessions' && kill -%d $(cat '%s/sessions')",
	         stack_value("SILO_OWNER_DATABASE"), stack_value("SILO_DIR"), signal_number,
	         stack_value("SILO_DIR"));
	ck_assert_int_eq(system(line), 0);
}

START_TEST(a_database_that_keeps_silent_is_503_in_time)
{
	char line[1000];
	double began;
	int good = 0;

	ck_assert_int_eq(GET("vera", "/api/items"), 200);
	all_sessions(SIGSTOP);
	began = now();
	GET("vera", "/api/items");
	expect(503, "unavailable");
	ck_assert(now() - began < IN_TIME);
	/*
	 * That worker takes a new connection at once; the others go the same way.  Which of them
	 * takes a request is the kernel's choice, so one may be met late.
	 */
	for (int tries = 0; good < 12 && tries < 100; tries++)
		good = GET("vera", "/api/items") == 200 ? good + 1 : 0;
	/* The sessions left behind are waked so that Postgres can end them. */
	snprintf(line, sizeof line, "kill -CONT $(cat '%s/sessions')", stack_value("SILO_DIR"));
	ck_assert_int_eq(system(line), 0);
	ck_assert_int_eq(good, 12);
}
END_TEST

/* Is there a session of that name asleep, with the row in its hands? */
static bool row_is_held(const char *name)
{
	char line[700];

	snprintf(
	    line, sizeof line,
	    "psql -X -A -t '%s' -c \"select 1 from pg_stat_activity where application_name = '%s'"
	    " and wait_event = 'PgSleep'\" | grep -q 1",
	    stack_value("SILO_OWNER_DATABASE"), name);
	for (int tries = 0; tries < 300; tries++) {
		if (system(line) == 0)
			return true;
		usleep(100000);
	}
	return false;
}

START_TEST(a_row_that_another_transaction_holds_is_503_in_time)
{
	const char *item = new_item();
	char line[700];
	double began;

	snprintf(line, sizeof line,
	         "PGAPPNAME=%s psql -X -q '%s' -c \"begin; select from silo.items"
	         " where part_number = '%s' for update; select pg_sleep(60)\" >/dev/null 2>&1 &",
	         item, stack_value("SILO_OWNER_DATABASE"), item);
	ck_assert_int_eq(system(line), 0);
	ck_assert(row_is_held(item));
	began = now();
	send_as("alice", "POST", at("/api/items/%s/lock", item), NULL);
	expect(503, "busy");
	ck_assert_int_ge(atol(told_header("Retry-After")), 1);
	ck_assert(now() - began < IN_TIME);
	snprintf(line, sizeof line,
	         "psql -X -q '%s' -c \"select pg_terminate_backend(pid) from pg_stat_activity"
	         " where application_name = '%s'\" >/dev/null",
	         stack_value("SILO_OWNER_DATABASE"), item);
	ck_assert_int_eq(system(line), 0);
	for (int tries = 0; tries < 200; tries++) {
		send_as("alice", "POST", at("/api/items/%s/lock", item), NULL);
		if (told_status() == 201)
			break;
		usleep(100000);
	}
	expect(201, "");
}
END_TEST

/* ---- processes of its own -------------------------------------------------------------------- */

/* A listening socket of a new name; the name in `path`. */
static int listening(char path[108])
{
	static unsigned number;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/own%u-%u", stack_value("SILO_DIR"),
	         (unsigned)getpid() % 100000, ++number % 100);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, 10), 0);
	strcpy(path, address.sun_path);
	return fd;
}

/* Starts a further silo-api; `fd` (-1 = none) becomes its descriptor `as`. */
static pid_t start(int fd, int as, const char *flag)
{
	const char *build = getenv("SILO_BUILD");
	char program[PATH_MAX], config[400], pid[20];
	pid_t child;

	snprintf(program, sizeof program, "%s/silo-api", build != NULL ? build : ".");
	snprintf(config, sizeof config, "--config=%s", stack_value("SILO_CONFIG_FILE"));
	child = fork();
	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (fd >= 0)
		dup2(fd, as);
	if (as == 3) {
		snprintf(pid, sizeof pid, "%ld", (long)getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
	}
	execl(program, "silo-api", config, "--workers=2", flag, (char *)NULL);
	_exit(127);
}

/* POST is no method of /health: any worker can say so without a database. */
static void answers(const char *path)
{
	char said[2000];
	int request = -1;

	for (int tries = 0; request < 0 && tries < 3000; tries++) {
		request = raw_begin(path, "/health", "", "", 0);
		usleep(request < 0 ? 10000 : 0);
	}
	ck_assert_int_ge(request, 0);
	ck_assert_uint_gt(raw_end(request, said, sizeof said), 0);
	ck_assert_ptr_nonnull(strstr(said, "Status: 405"));
}

static void ends_well(pid_t process)
{
	int status;

	kill(process, SIGTERM);
	ck_assert_int_eq(waitpid(process, &status, 0), process);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(a_socket_may_come_as_descriptor_0_or_from_systemd)
{
	char path[108];

	for (int as = 0; as <= 3; as += 3) {
		int fd = listening(path);
		pid_t process = start(fd, as, NULL);

		answers(path);
		ends_well(process);
		ck_assert_int_eq(access(path, F_OK), 0); /* not its own: it stays */
		close(fd);
	}
}
END_TEST

START_TEST(an_own_socket_goes_with_the_program_and_a_stale_one_is_replaced)
{
	char path[108], flag[150];
	pid_t process;

	close(listening(path)); /* as a crash leaves it */
	snprintf(flag, sizeof flag, "--listen=%s", path);
	process = start(-1, 0, flag);
	answers(path);
	ends_well(process);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(an_address_in_use_is_left_alone)
{
	char flag[300];
	int status;
	pid_t process;

	snprintf(flag, sizeof flag, "--listen=%s", stack_value("SILO_API_SOCKET"));
	process = start(-1, 0, flag);
	ck_assert_int_eq(waitpid(process, &status, 0), process);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	ck_assert_int_eq(GET(NULL, "/api/auth/config"), 200);
}
END_TEST

/* Has a worker read what was sent? */
static bool is_taken(int request)
{
	int unread = 1;

	for (int tries = 0; tries < 2500; tries++) {
		if (ioctl(request, SIOCOUTQ, &unread) == 0 && unread == 0)
			return true;
		usleep(10000);
	}
	return false;
}

START_TEST(a_running_request_is_finished_before_the_end)
{
	char path[108], said[2000];
	int fd = listening(path), request;
	pid_t process = start(fd, 0, NULL);

	answers(path);
	request = raw_begin(path, "/api/items", "", stack_value("TOKEN_ALICE"), 2);
	ck_assert(is_taken(request));
	kill(process, SIGTERM);
	usleep(200000);
	ck_assert_int_eq(raw_record(request, FCGI_INPUT, "{}", 2), 0);
	ck_assert_uint_gt(raw_end(request, said, sizeof said), 0);
	ck_assert_ptr_nonnull(strstr(said, "Status: 415")); /* an octet stream: answered, not cut */
	ends_well(process);
	close(fd);
}
END_TEST

START_TEST(workers_do_not_outlive_their_master)
{
	char path[108];
	int fd = listening(path), count;
	pid_t process = start(fd, 0, NULL), workers[64];

	answers(path);
	count = children_of(process, workers);
	ck_assert_int_eq(count, 2);
	kill(process, SIGKILL);
	waitpid(process, NULL, 0);
	for (int i = 0; i < count; i++)
		ck_assert(is_gone(workers[i]));
	close(fd);
}
END_TEST

START_TEST(a_killed_worker_is_replaced)
{
	pid_t before[64], after[64];

	ck_assert_int_eq(children_of(master(), before), 3);
	kill(before[0], SIGKILL);
	ck_assert(is_gone(before[0]));
	for (int tries = 0; children_of(master(), after) != 3 && tries < 3000; tries++)
		usleep(10000);
	ck_assert_int_eq(children_of(master(), after), 3);
}
END_TEST

/* A worker that dies as soon as it is there is not started over and over without a pause. */
START_TEST(workers_that_die_at_once_are_started_ever_later)
{
	char line[400];
	pid_t now_there[64];

	snprintf(line, sizeof line,
	         "grep -q 'event=worker_ended.*next_in_ms=800' '%s/log/silo-api.log'",
	         stack_value("SILO_DIR"));
	for (int tries = 0; system(line) != 0 && tries < 2000; tries++) {
		/* The newest is killed again, within two seconds of its birth. */
		int count = children_of(master(), now_there);

		if (count == 3)
			kill(now_there[2], SIGKILL);
		usleep(10000);
	}
	ck_assert_int_eq(system(line), 0);
	for (int tries = 0; children_of(master(), now_there) != 3 && tries < 3000; tries++)
		usleep(10000);
	ck_assert_int_eq(GET(NULL, "/api/auth/config"), 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("process");
	TCase *tests = tcase_create("process");
	SRunner *runner;
	int failed = 1;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_killed_worker_is_replaced);
	tcase_add_test(tests, workers_that_die_at_once_are_started_ever_later);
	tcase_add_test(tests, half_a_request_holds_a_worker_for_a_while_only);
	tcase_add_test(tests, a_peer_that_says_nothing_at_all_is_dropped);
	tcase_add_test(tests, a_database_that_keeps_silent_is_503_in_time);
	tcase_add_test(tests, a_row_that_another_transaction_holds_is_503_in_time);
	tcase_add_test(tests, a_socket_may_come_as_descriptor_0_or_from_systemd);
	tcase_add_test(tests, an_own_socket_goes_with_the_program_and_a_stale_one_is_replaced);
	tcase_add_test(tests, an_address_in_use_is_left_alone);
	tcase_add_test(tests, a_running_request_is_finished_before_the_end);
	tcase_add_test(tests, workers_do_not_outlive_their_master);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	if (stack_open(STACK) == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
