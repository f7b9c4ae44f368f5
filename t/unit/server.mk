# The unit tests of what silo-api and silo-events share, and of the request's way through silo-api.
if HAVE_CHECK
server_tests = test-arena test-settings test-log test-router test-request test-body test-response \
	test-password test-filename test-json
check_PROGRAMS += $(server_tests)
TESTS += $(server_tests)
server_test_libs = $(api_libs) $(CHECK_LIBS)

test_arena_SOURCES    = t/unit/test-arena.c t/unit/run.h
test_arena_LDADD      = $(server_test_libs)
test_settings_SOURCES = t/unit/test-settings.c t/unit/run.h
test_settings_LDADD   = $(server_test_libs)
test_log_SOURCES      = t/unit/test-log.c t/unit/run.h
test_log_LDADD        = $(server_test_libs)
test_router_SOURCES   = t/unit/test-router.c t/unit/run.h
test_router_LDADD     = $(server_test_libs)
test_request_SOURCES  = t/unit/test-request.c t/unit/run.h
test_request_LDADD    = $(server_test_libs)
test_body_SOURCES     = t/unit/test-body.c t/unit/run.h
test_body_LDADD       = $(server_test_libs)
test_json_SOURCES     = t/unit/test-json.c t/unit/run.h
test_json_LDADD       = $(server_test_libs)
test_response_SOURCES = t/unit/test-response.c t/unit/run.h
test_response_LDADD   = $(server_test_libs)
test_filename_SOURCES = t/unit/test-filename.c t/unit/run.h
test_filename_LDADD   = $(server_test_libs)
test_password_SOURCES = t/unit/test-password.c t/unit/run.h
test_password_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_pwhash_str_verify
test_password_LDADD   = $(server_test_libs)
endif

EXTRA_DIST += t/unit/request.h t/cases/names.json
