/*
 * Files over HTTP: see suite-files.c and suite-refused-files.c.  One stack for both.
 */
#include "config.h"
#include "files.h"

#include <stdlib.h>

int main(void)
{
	Suite *suite = suite_create("files");
	SRunner *runner;
	int failed = 1;

	suite_add_tcase(suite, files_case());
	suite_add_tcase(suite, refused_files_case());
	runner = srunner_create(suite);
	if (stack_open(FILES_STACK) == 0) {
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
	}
	stack_close();
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
