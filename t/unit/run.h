/*
 * The main of a unit test program: one suite, one case.
 */
#ifndef SILO_T_UNIT_RUN_H
#define SILO_T_UNIT_RUN_H

#include <check.h>
#include <stdlib.h>

typedef void add_tests(TCase *tests);

static inline int run_tests(const char *name, add_tests *add)
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	add(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
