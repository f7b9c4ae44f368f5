# silo-events: the event hub and clock of the system.
sbin_PROGRAMS += silo-events
silo_events_SOURCES = \
	fcgi/events/main.c \
	fcgi/events/hub.c fcgi/events/hub.h \
	fcgi/events/clock.c fcgi/events/clock.h \
	fcgi/events/dial.c fcgi/events/dial.h \
	fcgi/events/feed.c fcgi/events/feed.h \
	fcgi/events/metrics.c fcgi/events/metrics.h \
	fcgi/events/link.c fcgi/events/link.h \
	fcgi/events/pages.c fcgi/events/pages.h \
	fcgi/events/sweeper.c fcgi/events/sweeper.h \
	fcgi/events/wire.c fcgi/events/wire.h \
	fcgi/events/streams/arrivals.c fcgi/events/streams/arrivals.h \
	fcgi/events/streams/checks.c fcgi/events/streams/checks.h \
	fcgi/events/streams/delivery.c fcgi/events/streams/delivery.h \
	fcgi/events/streams/reply.c fcgi/events/streams/reply.h \
	fcgi/events/streams/sign_in.c fcgi/events/streams/sign_in.h \
	fcgi/events/streams/subscriber.c fcgi/events/streams/subscriber.h \
	fcgi/events/streams/wish.c fcgi/events/streams/wish.h
silo_events_LDADD = libsiloprocess.a $(vault_libs) $(server_libs)
