/*
 * Hubs: started as the stack's account, so that they may connect to its Postgres.
 */
#include "config.h"
#include "hubs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pid_t own_hub; /* started here; 0 = the stack's still runs */

double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* True when a stream opened now begins at `last` or later. */
static bool hub_has_read(long last)
{
	struct stream *stream = stream_open("vera", "/api/events?types=server.state", -1);
	const struct told_event *event = stream_next(stream, 2000);
	bool has = event && event->id >= last;

	stream_close(stream);
	return has;
}

void settle(void)
{
	double until = seconds_now() + 60;
	long last;

	while (strcmp(sql_value("select count(*) from silo.outbox"), "0") != 0) {
		ck_assert_msg(seconds_now() < until, "the outbox does not get empty");
		usleep(10000);
	}
	last = atol(sql_value("select last from silo.feed_head"));
	while (!hub_has_read(last)) {
		ck_assert_msg(seconds_now() < until, "the hub does not read the feed");
		usleep(10000);
	}
}

const char *settled_item(void)
{
	const char *pn = new_item();

	settle();
	return pn;
}

pid_t hub_start(const char *socket, const char *database, const char *options)
{
	char line[64] = "";
	const char *become = "";
	FILE *out;

	/* Only root can become the account; anybody else's stack is their own already. */
	if (geteuid() == 0)
		become = at("setpriv --reuid=%s --regid=$(id -gn %s) --clear-groups",
		            stack_value("SILO_ACCOUNT"), stack_value("SILO_ACCOUNT"));
	out = popen(at("cd / && unlink %s 2>/dev/null; SILO_EVENTS_DATABASE='%s' setsid %s "
	               "'%s/silo-events' "
	               "--config '%s' --events-listen=%s %s >>'%s/log/hub.log' 2>&1 & echo $!",
	               socket, database, become, stack_value("SILO_PROGRAMS"),
	               stack_value("SILO_CONFIG_FILE"), socket, options, stack_value("SILO_DIR")),
	            "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof line, out));
	pclose(out);
	return (pid_t)atol(line);
}

pid_t hub_id(void)
{
	return own_hub ? own_hub : (pid_t)atol(stack_value("SILO_EVENTS_PID"));
}

void kill_hub(int signal_number)
{
	kill(hub_id(), signal_number);
}

/* A zombie that nobody has waited for yet runs no more. */
static bool is_running(pid_t pid)
{
	FILE *file = fopen(at("/proc/%ld/stat", (long)pid), "r");
	char state = 'Z';

	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z';
}

void restart_hub(const char *options)
{
	const char *socket = stack_value("SILO_EVENTS_SOCKET");

	/* It removes its socket at its end: not after the next one has made its own. */
	kill_hub(SIGTERM);
	for (double until = seconds_now() + 20; is_running(hub_id());) {
		ck_assert_msg(seconds_now() < until, "the hub does not end");
		usleep(10000);
	}
	own_hub = hub_start(socket, stack_value("SILO_HUB_DATABASE"), options);
	settle();
}

void end_hubs(void)
{
	if (own_hub)
		kill(own_hub, SIGTERM);
}
