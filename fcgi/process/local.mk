# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsiloprocess.a
libsiloprocess_a_SOURCES = \
	fcgi/process/metrics.c fcgi/process/metrics.h \
	fcgi/process/listener.c fcgi/process/listener.h \
	fcgi/process/master.c fcgi/process/master.h \
	fcgi/process/service.h \
	fcgi/process/successor.c fcgi/process/successor.h \
	fcgi/process/worker.c fcgi/process/worker.h
