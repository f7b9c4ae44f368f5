# The contract and the rules of locking, each on a stack of its own.
if HAVE_CHECK
check_PROGRAMS += t/http/test-api
TESTS          += t/http/test-api
t_http_test_api_SOURCES = t/http/test-api.c t/http/api-words.h t/http/files-client.h
t_http_test_api_LDADD   = $(CURL_LIBS) $(JSONC_LIBS) $(CHECK_LIBS)
endif
