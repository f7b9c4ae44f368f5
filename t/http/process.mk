# silo-api as processes, on a stack of its own.
if HAVE_CHECK
check_PROGRAMS += t/http/test-process
TESTS          += t/http/test-process
t_http_test_process_SOURCES = t/http/test-process.c t/http/files-client.h t/http/processes.h t/http/raw-fastcgi.h
t_http_test_process_LDADD   = $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)

check_PROGRAMS += t/http/test-reload
TESTS          += t/http/test-reload
t_http_test_reload_SOURCES = t/http/test-reload.c t/http/files-client.h t/http/processes.h
t_http_test_reload_LDADD   = $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)
endif
