/*
 * A newer program with the same name. exec keeps the process, its children and its descriptors.
 * The listening socket becomes descriptor 3, as if systemd had passed it (sd_listen_fds(3)); the
 * environment names the old workers' ids.
 */
#include "config.h"
#include "process/successor.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS "SILO_OLD_WORKERS"

static char own_path[PATH_MAX];
static struct stat own_file;

void successor_remember(void)
{
	ssize_t length = readlink("/proc/self/exe", own_path, sizeof own_path - 1);

	own_path[length > 0 ? length : 0] = '\0';
	if (stat(own_path, &own_file) != 0)
		own_path[0] = '\0';
}

static bool is_there(void)
{
	struct stat found;

	return *own_path && stat(own_path, &found) == 0 &&
	       (found.st_ino != own_file.st_ino || found.st_dev != own_file.st_dev ||
	        found.st_mtim.tv_sec != own_file.st_mtim.tv_sec ||
	        found.st_mtim.tv_nsec != own_file.st_mtim.tv_nsec);
}

/* Checks that the new program runs here and accepts the settings. */
static bool is_fit(char **argv)
{
	size_t count = 0;
	char **words;
	int status = -1;
	pid_t child;

	while (argv[count])
		count++;
	words = calloc(count + 2, sizeof *words);
	if (!words)
		return false;
	memcpy(words, argv, count * sizeof *words);
	words[count] = (char[]){"--check-config"};
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		execv(own_path, words);
		_exit(127);
	}
	free(words);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* "12 345 …"; the caller frees it. */
static char *workers_text(const pid_t *workers, size_t count)
{
	enum { EACH = 12 };
	char *text = calloc(count + 1, EACH), *at = text;

	for (size_t i = 0; text && i < count; i++)
		at += snprintf(at, EACH, "%ld ", (long)workers[i]);
	return text;
}

void successor_become(char **argv, int listener, const pid_t *workers, size_t count)
{
	char *text, own[24];

	if (!is_there())
		return;
	if (!is_fit(argv)) {
		log_event(LOG_LEVEL_ERROR, "upgrade_refused", "program", own_path, "reason",
		          "it does not start, or refuses these settings", NULL);
		return;
	}
	text = workers_text(workers, count);
	snprintf(own, sizeof own, "%ld", (long)getpid());
	if (text && setenv(WORKERS, text, 1) == 0 && setenv("LISTEN_PID", own, 1) == 0 &&
	    setenv("LISTEN_FDS", "1", 1) == 0 &&
	    (listener == 3 ? fcntl(3, F_SETFD, 0) : dup2(listener, 3)) >= 0) {
		log_event(LOG_LEVEL_INFO, "upgrading", "program", own_path, NULL);
		execv(own_path, argv);
	}
	log_event(LOG_LEVEL_ERROR, "upgrade_refused", "program", own_path, "reason",
	          strerror(errno), NULL);
	unsetenv(WORKERS);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	free(text);
}

/* Ours, still running? */
static bool is_child(pid_t pid)
{
	siginfo_t state = {0};

	return pid > 1 && waitid(P_PID, (id_t)pid, &state, WEXITED | WNOHANG | WNOWAIT) == 0;
}

size_t successor_workers(pid_t *workers, size_t most)
{
	const char *at = getenv(WORKERS);
	size_t count = 0;
	char *end;

	while (at && count < most) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		at = end;
		if (is_child((pid_t)pid))
			workers[count++] = (pid_t)pid;
	}
	unsetenv(WORKERS);
	return count;
}
