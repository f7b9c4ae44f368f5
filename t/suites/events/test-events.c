/*
 * Live events through the real nginx, hub and Postgres: what is told, to whom, in which order, and
 * what outlives a crash.
 */
#include "config.h"
#include "hubs.h"

#include <curl/curl.h>
#include <stdlib.h>

/* nginx names the user as a gateway before it would; X-Test-Gateway is that gateway. */
static const char gateway[] =
    "sed -i 's/^#fastcgi_param REMOTE_USER .*/fastcgi_param REMOTE_USER $http_x_test_gateway;/'"
    " \"$SILO_DIR/nginx/snippets/silo-routes.conf\" && kill -HUP \"$SILO_NGINX_PID\" || exit 1\n"
    "for try in $(seq 1 100); do\n"
    "	curl -fs -o \"$SILO_DIR/me\" -H 'X-Test-Gateway: vera' \"$SILO_URL/api/auth/me\" && exit "
    "0\n"
    "	sleep 0.2\n"
    "done\n"
    "echo 'nginx names no user' >&2\n"
    "exit 1\n";

int main(void)
{
	TCase *(*const cases[])(void) = {told_case,  metrics_case, readers_case,
	                                 order_case, far_case,     crash_case};
	Suite *suite = suite_create("events");
	SRunner *runner;
	int failed = 1;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		TCase *tests = cases[i]();

		tcase_set_timeout(tests, 200);
		suite_add_tcase(suite, tests);
	}
	runner = srunner_create(suite);
	/* Some tests restart the hub: what one test knows of it the next must know too. */
	srunner_set_fork_status(runner, CK_NOFORK);
	if (stack_open("--workers 4 'heartbeat_seconds = 2' 'trust_remote_user = yes'") == 0 &&
	    stack_shell(gateway) == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
		end_hubs();
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
