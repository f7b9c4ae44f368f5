# Unit tests of vault, multipart and thumbnails.
if HAVE_CHECK
check_PROGRAMS += test-vault test-vault-removal test-multipart test-thumbnail
TESTS          += test-vault test-vault-removal test-multipart test-thumbnail

# Failing disks are injected at these calls.
wraps = -Wl,--wrap=write,--wrap=fsync,--wrap=renameat2,--wrap=mkdirat
test_vault_SOURCES = t/unit/test-vault.c t/unit/vault-fixture.h
test_vault_LDFLAGS = $(AM_LDFLAGS) $(wraps)
test_vault_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_vault_removal_SOURCES = t/unit/test-vault-removal.c t/unit/vault-fixture.h
test_vault_removal_LDFLAGS = $(AM_LDFLAGS) $(wraps)
test_vault_removal_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_multipart_SOURCES = t/unit/test-multipart.c t/unit/memory-reader.h
test_multipart_LDADD   = libsilohttp.a libsilobase.a $(SODIUM_LIBS) $(CHECK_LIBS)

test_thumbnail_SOURCES = t/unit/test-thumbnail.c t/unit/zip-writer.h
test_thumbnail_LDADD   = $(vault_libs) $(CHECK_LIBS)
endif

EXTRA_DIST += t/unit/defects t/bench/sha256.c t/bench/upload-memory
