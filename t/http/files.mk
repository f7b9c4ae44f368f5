# Files over HTTP: starts a stack of its own.
if HAVE_CHECK
check_PROGRAMS += test-files
TESTS          += test-files
test_files_SOURCES  = t/http/test-files.c t/http/files-client.h t/http/raw-fastcgi.h t/unit/zip-writer.h
test_files_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t/unit
test_files_LDADD    = $(CURL_LIBS) $(JSONC_LIBS) $(ZLIB_LIBS) $(CHECK_LIBS)
endif
