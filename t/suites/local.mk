# Suites that talk to the servers as their clients do.
if HAVE_CHECK
http_test_libs = $(CURL_LIBS) $(LIBPQ_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)
# The HTTP suites: one program and stack for each way the server is set up.
check_PROGRAMS += t/suites/http/test-http
t_suites_http_test_http_SOURCES = t/suites/http/main.c t/suites/http/client.c t/suites/http/client.h t/suites/http/routes.h \
	t/suites/http/suite-items.c t/suites/http/suite-lists.c t/suites/http/suite-properties.c t/suites/http/suite-locks.c t/suites/http/suite-leases.c t/suites/http/suite-fencing.c t/suites/http/suite-input.c t/suites/http/suite-nasty.c \
	t/suites/http/suite-sign-in.c t/suites/http/suite-foreign.c t/suites/http/suite-texts.c t/suites/http/suite-roles.c \
	t/suites/http/suite-paging.c t/suites/http/suite-race.c t/suites/http/suite-read-only.c \
	t/suites/http/suite-late.c t/suites/http/suite-faults.c
t_suites_http_test_http_LDADD   = $(http_test_libs)

check_PROGRAMS += t/suites/http/test-strict
t_suites_http_test_strict_SOURCES = t/suites/http/main-strict.c t/suites/http/client.c t/suites/http/client.h t/suites/http/routes.h \
	t/suites/http/suite-roles.c t/suites/http/suite-strict.c
t_suites_http_test_strict_LDADD   = $(http_test_libs)

# Files over HTTP.
files_suite = t/suites/http/client.c t/suites/http/client.h t/suites/http/files.c t/suites/http/files.h
check_PROGRAMS += t/suites/http/test-files t/suites/http/test-file-troubles
t_suites_http_test_files_SOURCES  = t/suites/http/test-files.c t/suites/http/suite-files.c \
	t/suites/http/suite-refused-files.c $(files_suite) t/unit/zip-writer.h
t_suites_http_test_files_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t/unit
t_suites_http_test_files_LDADD    = $(http_test_libs) $(ZLIB_LIBS)
t_suites_http_test_file_troubles_SOURCES = t/suites/http/test-file-troubles.c $(files_suite) t/suites/http/raw-fastcgi.h
t_suites_http_test_file_troubles_LDADD   = $(http_test_libs)

# silo-api as processes.
check_PROGRAMS += t/suites/http/test-process t/suites/http/test-reload
t_suites_http_test_process_SOURCES = t/suites/http/test-process.c t/suites/http/client.c t/suites/http/client.h \
	t/suites/http/processes.h t/suites/http/raw-fastcgi.h
t_suites_http_test_process_LDADD   = $(http_test_libs)
t_suites_http_test_reload_SOURCES  = t/suites/http/test-reload.c t/suites/http/client.c t/suites/http/client.h \
	t/suites/http/processes.h
t_suites_http_test_reload_LDADD    = $(http_test_libs)

# Live events, on a stack of their own.
check_PROGRAMS += t/suites/events/test-events
t_suites_events_test_events_SOURCES = t/suites/events/test-events.c t/suites/events/hubs.c t/suites/events/hubs.h \
	t/suites/events/stream.c t/suites/events/stream.h \
	t/suites/events/suite-told.c t/suites/events/suite-metrics.c t/suites/events/suite-readers.c t/suites/events/suite-order.c t/suites/events/suite-crash.c \
	t/suites/http/client.c t/suites/http/client.h
t_suites_events_test_events_LDADD   = $(http_test_libs) -lpthread
endif
CLEANFILES += t/suites/http/*.seen

EXTRA_DIST += \
	t/suites/admin/prompt.py \
	t/suites/admin/rot \
	t/suites/admin/run \
	t/suites/admin/transfer \
	t/suites/contract/.npmrc \
	t/suites/contract/check.mjs \
	t/suites/contract/package-lock.json \
	t/suites/contract/package.json \
	t/suites/contract/redocly.yaml \
	t/suites/contract/run \
	t/suites/contract/stock.py \
	t/suites/events/defects \
	t/suites/http/defects \
	t/suites/nginx/bodies.py \
	t/suites/nginx/defects \
	t/suites/nginx/refusals.py \
	t/suites/nginx/run \
	t/suites/pooler/run \
	t/suites/security/raw.py \
	t/suites/security/run \
	t/suites/sockets/run \
	t/suites/sql/run
