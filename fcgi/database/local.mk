# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsilodatabase.a
libsilodatabase_a_SOURCES = \
	fcgi/database/answer.h \
	fcgi/database/cancel.c fcgi/database/cancel.h \
	fcgi/database/connection.c \
	fcgi/database/database.c fcgi/database/database.h fcgi/database/database_inner.h \
	fcgi/database/pooler.c fcgi/database/pooler.h \
	fcgi/database/sqlstate.c fcgi/database/sqlstate.h
