# silo-admin: migrate, users, tokens, read-only mode, vault check, backup, import, export.
sbin_PROGRAMS += silo-admin
silo_admin_SOURCES = \
	fcgi/admin/main.c fcgi/admin/admin.h \
	fcgi/admin/migrate.c \
	fcgi/admin/users.c \
	fcgi/admin/password.c \
	fcgi/admin/check.c \
	fcgi/admin/scrub.c fcgi/admin/scrub.h \
	fcgi/admin/verify.c \
	fcgi/admin/clean.c \
	fcgi/admin/backup.c \
	fcgi/admin/copy.c fcgi/admin/copy.h \
	fcgi/admin/transfer.c fcgi/admin/transfer.h \
	fcgi/admin/export.c \
	fcgi/admin/import/import.c \
	fcgi/admin/import/csv.c fcgi/admin/import/csv.h \
	fcgi/admin/import/entry.c fcgi/admin/import/entry.h \
	fcgi/admin/import/file.c fcgi/admin/import/file.h \
	fcgi/admin/import/list.c fcgi/admin/import/list.h \
	fcgi/admin/import/tree.c fcgi/admin/import/tree.h
silo_admin_LDADD = $(vault_libs) libsilodatabase.a libsilobase.a $(LIBPQ_LIBS) $(SODIUM_LIBS) $(CSV_LIBS)
