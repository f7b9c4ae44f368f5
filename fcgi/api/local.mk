# What this folder builds, installs and distributes.

# Files: vault, multipart, thumbnails.  Apart from silo-api, so that tests and silo-admin can link it
# without FastCGI; needs $(files_libs).
noinst_LIBRARIES += libsilofiles.a
libsilofiles_a_SOURCES = \
	fcgi/api/disposition.c fcgi/api/disposition.h \
	fcgi/api/multipart.c fcgi/api/multipart.h \
	fcgi/api/png.c fcgi/api/png.h \
	fcgi/api/png_pixels.c fcgi/api/png_pixels.h \
	fcgi/api/reader.h \
	fcgi/api/thumbnail.c fcgi/api/thumbnail.h \
	fcgi/api/vault.c fcgi/api/vault.h fcgi/api/vault_clean.c \
	fcgi/api/vault_find.c fcgi/api/vault_folder.h fcgi/api/vault_keep.c
files_libs = libsilofiles.a $(SODIUM_LIBS) $(CRYPTO_LIBS) $(LIBZIP_LIBS) $(ZLIB_LIBS)

# Everything of silo-api but its main, so that the unit tests can link it too.
noinst_LIBRARIES += libsiloapi.a
libsiloapi_a_SOURCES = \
	fcgi/api/body.c fcgi/api/body.h \
	fcgi/api/decode.c fcgi/api/decode.h \
	fcgi/api/dispatch.c fcgi/api/dispatch.h \
	fcgi/api/errors.c \
	fcgi/api/figures.c fcgi/api/figures.h \
	fcgi/api/form.c fcgi/api/form.h \
	fcgi/api/listener.c fcgi/api/listener.h \
	fcgi/api/master.c fcgi/api/master.h \
	fcgi/api/password.c fcgi/api/password.h \
	fcgi/api/request.c fcgi/api/request.h \
	fcgi/api/response.c fcgi/api/response.h \
	fcgi/api/router.c fcgi/api/router.h \
	fcgi/api/routes.c \
	fcgi/api/routes/files.c fcgi/api/routes/handlers.h \
	fcgi/api/routes/items.c \
	fcgi/api/routes/list.h \
	fcgi/api/routes/locks.c \
	fcgi/api/routes/operations.c \
	fcgi/api/routes/projects.c fcgi/api/routes/schemas.c \
	fcgi/api/routes/revisions.c \
	fcgi/api/routes/sign_in.c \
	fcgi/api/routes/thumbnails.c \
	fcgi/api/routes/tokens.c \
	fcgi/api/routes/users.c \
	fcgi/api/rule.c fcgi/api/rule.h \
	fcgi/api/successor.c fcgi/api/successor.h \
	fcgi/api/statements.c fcgi/api/statements.h \
	fcgi/api/upload.c fcgi/api/upload.h \
	fcgi/api/worker.c fcgi/api/worker.h
api_libs = libsiloapi.a $(files_libs) libsilobase.a $(LIBPQ_LIBS) $(JSONC_LIBS) $(SODIUM_LIBS) $(FCGI_LIBS) -lm

sbin_PROGRAMS += silo-api
silo_api_SOURCES = fcgi/api/main.c
silo_api_LDADD = $(api_libs)
