# Files over HTTP: each starts a stack of its own.
if HAVE_CHECK
check_PROGRAMS += t/http/test-files t/http/test-file-troubles
TESTS          += t/http/test-files t/http/test-file-troubles
files_test_libs = $(CURL_LIBS) $(JSONC_LIBS) $(ZLIB_LIBS) $(CHECK_LIBS)

t_http_test_files_SOURCES  = t/http/test-files.c t/http/files-client.h t/unit/zip-writer.h
t_http_test_files_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t/unit
t_http_test_files_LDADD    = $(files_test_libs)

t_http_test_file_troubles_SOURCES = t/http/test-file-troubles.c t/http/files-client.h t/http/raw-fastcgi.h
t_http_test_file_troubles_LDADD   = $(files_test_libs)
endif
