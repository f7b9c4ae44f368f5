# What this folder builds, installs and distributes.

# Everything of silo-api but its main, so that the unit tests can link it too.
noinst_LIBRARIES += libsiloapi.a
libsiloapi_a_SOURCES = \
	fcgi/api/context.h \
	fcgi/api/dispatch.c fcgi/api/dispatch.h \
	fcgi/api/members.c fcgi/api/members.h \
	fcgi/api/prepared.c fcgi/api/prepared.h \
	fcgi/api/router.c fcgi/api/router.h \
	fcgi/api/routes.c fcgi/api/routes.def \
	fcgi/api/routes/common.c fcgi/api/routes/readers.h \
	fcgi/api/routes/config.c \
	fcgi/api/routes/files.c \
	fcgi/api/routes/items.c \
	fcgi/api/routes/locks.c \
	fcgi/api/routes/modules.c \
	fcgi/api/routes/operations.c \
	fcgi/api/routes/projects.c \
	fcgi/api/routes/revisions.c \
	fcgi/api/routes/sign_in.c \
	fcgi/api/routes/thumbnails.c \
	fcgi/api/routes/tokens.c \
	fcgi/api/routes/users.c \
	fcgi/api/rule.c fcgi/api/rule.h \
	fcgi/api/statements.c fcgi/api/statements.h \
	fcgi/api/upload.c fcgi/api/upload.h
# Each room links those after it.
server_libs = libsilocaller.a libsilohttp.a libsilodatabase.a libsilobase.a $(LIBPQ_LIBS) $(JSONC_LIBS) $(SODIUM_LIBS) $(FCGI_LIBS) -lm
api_libs = libsiloapi.a libsiloprocess.a $(vault_libs) $(server_libs)

sbin_PROGRAMS += silo-api
silo_api_SOURCES = fcgi/api/main.c
silo_api_LDADD = $(api_libs)
