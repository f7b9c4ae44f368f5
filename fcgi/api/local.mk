# What this folder builds, installs and distributes.

# Files: vault, multipart, thumbnails.  Apart from silo-api, so that tests and silo-admin can link it
# without FastCGI; needs $(files_libs).
noinst_LIBRARIES += libsilofiles.a
libsilofiles_a_SOURCES = \
	fcgi/api/disposition.c fcgi/api/disposition.h \
	fcgi/api/multipart.c fcgi/api/multipart.h \
	fcgi/api/png.c fcgi/api/png.h \
	fcgi/api/reader.h \
	fcgi/api/thumbnail.c fcgi/api/thumbnail.h \
	fcgi/api/vault.c fcgi/api/vault.h
files_libs = libsilofiles.a $(SODIUM_LIBS) $(CRYPTO_LIBS) $(LIBZIP_LIBS) $(ZLIB_LIBS)
