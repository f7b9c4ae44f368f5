# silo-events: the event hub and clock of the system.
sbin_PROGRAMS += silo-events
silo_events_SOURCES = \
	fcgi/events/main.c \
	fcgi/events/hub.c fcgi/events/hub.h \
	fcgi/events/arrivals.c fcgi/events/arrivals.h \
	fcgi/events/checks.c fcgi/events/checks.h \
	fcgi/events/clock.c fcgi/events/clock.h \
	fcgi/events/delivery.c fcgi/events/delivery.h \
	fcgi/events/feed.c fcgi/events/feed.h \
	fcgi/events/metrics.c fcgi/events/metrics.h \
	fcgi/events/link.c fcgi/events/link.h \
	fcgi/events/pages.c fcgi/events/pages.h \
	fcgi/events/reply.c fcgi/events/reply.h \
	fcgi/events/sign_in.c fcgi/events/sign_in.h \
	fcgi/events/subscriber.c fcgi/events/subscriber.h \
	fcgi/events/wire.c fcgi/events/wire.h
silo_events_LDADD = libsiloprocess.a $(vault_libs) $(server_libs)
