/*
 * silo-api: nginx passes /api, /login, /logout, /health, /ready and /metrics to it.
 */
#include "config.h"
#include "process/metrics.h"
#include "process/listener.h"
#include "process/master.h"
#include "base/password.h"
#include "api/dispatch.h"
#include "api/router.h"
#include "process/successor.h"
#include "base/log.h"
#include "database/pooler.h"
#include "base/settings.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void help(void)
{
	printf("silo-api [--config FILE] [--SETTING=VALUE …]\n"
	       "  --help          print this text\n"
	       "  --version       print the version\n"
	       "  --check-config  check the settings and exit\n"
	       "  --routes        print every route: method, pattern, least role, what it does, "
	       "SQL function\n"
	       "Signals: TERM finishes the running requests and exits. HUP reads the settings "
	       "again; if the\nprogram's file has been replaced, it switches to the new one.\n\n");
	settings_help();
}

/* True if the word was a command, which is now done. */
static bool is_done(const char *word)
{
	if (strcmp(word, "--check-config") == 0)
		printf("The settings are fine.\n");
	else
		return false;
	return true;
}

/* Commands that need no settings, so that a faulty file doesn't prevent them. */
static bool is_asked(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			help();
		else if (strcmp(argv[i], "--version") == 0)
			printf("silo-api %s\n", PACKAGE_VERSION);
		else if (strcmp(argv[i], "--routes") == 0)
			router_print(routes);
		else
			continue;
		return true;
	}
	return false;
}

static int serve(struct settings *settings, int argc, char **argv)
{
	int listener, status;

	log_open("silo-api", log_level_named(settings->log_level));
	successor_remember();
	if (sodium_init() < 0 || !metrics_open()) {
		fprintf(stderr, "silo-api: out of memory\n");
		return 1;
	}
	if (pooler_is_at(settings->database)) {
		fprintf(stderr, "silo-api: %s\n", pooler_advice);
		return 1;
	}
	password_prepare();
	listener = listener_open(settings->listen);
	if (listener < 0)
		return 1;
	status = master_run(&dispatch_service, settings, argc, argv, listener);
	listener_forget();
	return status;
}

int main(int argc, char **argv)
{
	struct settings settings;
	char **rest;
	int status;

	if (is_asked(argc, argv))
		return 0;
	if (!settings_read(&settings, argc, argv, &rest))
		return 2;
	if (rest[1] && is_done(rest[1])) {
		status = 0;
	} else if (rest[1]) {
		fprintf(stderr, "silo-api: \"%s\" is not understood; see --help\n", rest[1]);
		status = 2;
	} else {
		status = serve(&settings, argc, argv);
	}
	settings_free(&settings);
	return status;
}
