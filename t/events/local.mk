# Live events, on a stack of their own.
if HAVE_CHECK
check_PROGRAMS += t/events/test-events
TESTS          += t/events/test-events
t_events_test_events_SOURCES = t/events/test-events.c t/events/hubs.c t/events/hubs.h \
	t/events/stream.c t/events/stream.h \
	t/events/suite-told.c t/events/suite-figures.c t/events/suite-readers.c t/events/suite-order.c t/events/suite-crash.c \
	t/http/client.c t/http/client.h
t_events_test_events_LDADD   = $(CURL_LIBS) $(LIBPQ_LIBS) $(JSONC_LIBS) $(CHECK_LIBS) -lpthread
endif
EXTRA_DIST += t/events/defects
