/*
 * The HTTP suites of a server set up otherwise: writes of files need the lock (require_lock), and
 * nginx has authenticated the user (trust_remote_user).  X-Test-Gateway is that gateway.
 */
#include "config.h"
#include "client.h"

#include <curl/curl.h>
#include <stdlib.h>

/* Lets nginx name the user, and waits until it does. */
static const char gateway[] =
    "sed -i 's/^#fastcgi_param REMOTE_USER .*/fastcgi_param REMOTE_USER $http_x_test_gateway;/'"
    " \"$SILO_DIR/nginx/snippets/silo-routes.conf\" && kill -HUP \"$SILO_NGINX_PID\" || exit 1\n"
    "for try in 1 2 3 4 5 6 7 8 9 10 11 12; do\n"
    "	curl -fs -o \"$SILO_DIR/me\" -H 'X-Test-Gateway: vera' \"$SILO_URL/api/auth/me\" && exit "
    "0\n"
    "	sleep 0.3\n"
    "done\n"
    "echo 'nginx names no user' >&2\n"
    "exit 1\n";

int main(void)
{
	Suite *suite = suite_create("strict");
	SRunner *runner;
	int failed = 1;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	suite_add_tcase(suite, strict_case());
	suite_add_tcase(suite, remote_roles_case());
	runner = srunner_create(suite);
	if (stack_open("--workers 2 'require_lock = yes' 'trust_remote_user = yes' "
	               "'remote_user_role = viewer' 'lock_default_seconds = 3600' "
	               "'lock_maximum_seconds = 7200'") == 0 &&
	    stack_shell(gateway) == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	curl_global_cleanup();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
