# silo-admin: migrate, users, tokens, read-only mode, vault check.
sbin_PROGRAMS += silo-admin
silo_admin_SOURCES = \
	fcgi/admin/main.c fcgi/admin/admin.h \
	fcgi/admin/migrate.c \
	fcgi/admin/users.c \
	fcgi/admin/password.c \
	fcgi/admin/check.c \
	fcgi/admin/clean.c \
	fcgi/admin/backup.c
silo_admin_LDADD = libsilobase.a $(files_libs) $(LIBPQ_LIBS) $(SODIUM_LIBS)
