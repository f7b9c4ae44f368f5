# The HTTP suites: one program and stack for each way the server is set up.
if HAVE_CHECK
check_PROGRAMS += t/http/test-http
TESTS          += t/http/test-http
t_http_test_http_SOURCES = t/http/main.c t/http/client.c t/http/client.h t/http/routes.h \
	t/http/suite-items.c t/http/suite-locks.c t/http/suite-leases.c t/http/suite-fencing.c t/http/suite-input.c t/http/suite-nasty.c \
	t/http/suite-sign-in.c t/http/suite-foreign.c t/http/suite-texts.c t/http/suite-roles.c \
	t/http/suite-paging.c t/http/suite-race.c t/http/suite-read-only.c \
	t/http/suite-late.c t/http/suite-faults.c
t_http_test_http_LDADD   = $(CURL_LIBS) $(LIBPQ_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)

check_PROGRAMS += t/http/test-strict
TESTS          += t/http/test-strict
t_http_test_strict_SOURCES = t/http/main-strict.c t/http/client.c t/http/client.h t/http/routes.h \
	t/http/suite-roles.c t/http/suite-strict.c
t_http_test_strict_LDADD   = $(CURL_LIBS) $(LIBPQ_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += t/http/defects
CLEANFILES += t/http/*.seen
