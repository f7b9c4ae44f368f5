# What this folder builds, installs and distributes.

# Apart from silo-api, so that tests and silo-admin can link it without FastCGI; needs $(vault_libs).
noinst_LIBRARIES += libsilovault.a
libsilovault_a_SOURCES = \
	fcgi/vault/clean.c fcgi/vault/copy.c \
	fcgi/vault/digest.c fcgi/vault/digest.h \
	fcgi/vault/find.c fcgi/vault/folder.h \
	fcgi/vault/judge.c fcgi/vault/keep.c fcgi/vault/list.c fcgi/vault/open.c fcgi/vault/picture.c \
	fcgi/vault/png.c fcgi/vault/png.h \
	fcgi/vault/png_pixels.c fcgi/vault/png_pixels.h \
	fcgi/vault/store.c \
	fcgi/vault/thumbnail.c fcgi/vault/thumbnail.h \
	fcgi/vault/vault.h
vault_libs = libsilovault.a $(SODIUM_LIBS) $(CRYPTO_LIBS) $(LIBZIP_LIBS) $(ZLIB_LIBS)
