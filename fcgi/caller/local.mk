# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsilocaller.a
libsilocaller_a_SOURCES = \
	fcgi/caller/caller.c fcgi/caller/caller.h
