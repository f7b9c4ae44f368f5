/*
 * The HTTP suites: through the real nginx, workers, hub and Postgres.
 *   CK_RUN_CASE=locks …/test-http      one suite
 *   SILO_STACK=DIR …/test-http         on a running stack
 */
#include "config.h"
#include "client.h"

#include <curl/curl.h>
#include <stdlib.h>

int main(void)
{
	Suite *suite = suite_create("http");
	SRunner *runner;
	int failed = 1;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	suite_add_tcase(suite, items_case());
	suite_add_tcase(suite, lists_case());
	suite_add_tcase(suite, locks_case());
	suite_add_tcase(suite, leases_case());
	suite_add_tcase(suite, fencing_case());
	suite_add_tcase(suite, input_case());
	suite_add_tcase(suite, properties_case());
	suite_add_tcase(suite, nasty_case());
	suite_add_tcase(suite, sign_in_case());
	suite_add_tcase(suite, foreign_case());
	suite_add_tcase(suite, texts_case());
	suite_add_tcase(suite, roles_case());
	suite_add_tcase(suite, paging_case());
	suite_add_tcase(suite, read_only_case());
	suite_add_tcase(suite, race_case());
	suite_add_tcase(suite, late_case());
	suite_add_tcase(suite, faults_case()); /* last: it stops things */
	runner = srunner_create(suite);
	if (stack_open("--workers 4 'upload_limit_bytes = 3000000'") == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	curl_global_cleanup();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
