# Files over HTTP: starts a stack of its own.
if HAVE_CHECK
check_PROGRAMS += t/http/test-files
TESTS          += t/http/test-files
t_http_test_files_SOURCES  = t/http/test-files.c t/http/files-client.h t/http/raw-fastcgi.h \
	t/unit/zip-writer.h
t_http_test_files_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t/unit
t_http_test_files_LDADD    = $(CURL_LIBS) $(JSONC_LIBS) $(ZLIB_LIBS) $(CHECK_LIBS)
endif
