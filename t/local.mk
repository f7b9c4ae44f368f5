# One fragment a group; doc/architecture.md says what belongs in which.
include t/stack/local.mk
include t/unit/local.mk
include t/suites/local.mk
include t/clients/local.mk
include t/proofs/local.mk
include t/bench/local.mk
include t/project/local.mk

# The runner.  `make check` runs the steps that a build alone can run; `make check TESTS="unit http"`
# these, `make check TESTS=` none, so that the test programs are only built.
EXTRA_DIST += t/runner/actions.sh t/runner/report.sh t/runner/steps
TESTS_RUN = $(if $(filter undefined,$(origin TESTS)),unit http events,$(TESTS))
check-local: $(check_PROGRAMS)
	$(if $(strip $(TESTS_RUN)),$(srcdir)/check --in . --only $(TESTS_RUN),@:)
.PHONY: check-local
