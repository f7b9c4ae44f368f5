# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsilobase.a
libsilobase_a_SOURCES = \
	fcgi/base/arena.c fcgi/base/arena.h \
	fcgi/base/error_codes.c fcgi/base/error_codes.h \
	fcgi/base/facts.c fcgi/base/facts.h fcgi/base/facts.def \
	fcgi/base/filename.c fcgi/base/filename.h \
	fcgi/base/json_text.c fcgi/base/json_text.h \
	fcgi/base/log.c fcgi/base/log.h \
	fcgi/base/notify.c fcgi/base/notify.h \
	fcgi/base/part_number.c fcgi/base/part_number.h \
	fcgi/base/password.c fcgi/base/password.h \
	fcgi/base/settings.c fcgi/base/settings.h \
	fcgi/base/utf8.c fcgi/base/utf8.h
