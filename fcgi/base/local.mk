# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsilobase.a
libsilobase_a_SOURCES = \
	fcgi/base/arena.c fcgi/base/arena.h \
	fcgi/base/cancel.c fcgi/base/cancel.h \
	fcgi/base/database.c fcgi/base/database.h \
	fcgi/base/error_codes.c fcgi/base/error_codes.h \
	fcgi/base/filename.c fcgi/base/filename.h \
	fcgi/base/json_text.c fcgi/base/json_text.h \
	fcgi/base/log.c fcgi/base/log.h \
	fcgi/base/notify.c fcgi/base/notify.h \
	fcgi/base/pooler.c fcgi/base/pooler.h \
	fcgi/base/settings.c fcgi/base/settings.h \
	fcgi/base/sqlstate.c fcgi/base/sqlstate.h \
	fcgi/base/utf8.c fcgi/base/utf8.h
