# Unit tests of vault, multipart and thumbnails.
if HAVE_CHECK
check_PROGRAMS += test-vault test-vault-removal test-vault-whole test-multipart test-png test-thumbnail

# Failing disks are injected at these calls.
wraps = -Wl,--wrap=write,--wrap=fsync,--wrap=renameat2,--wrap=mkdirat
test_vault_SOURCES = t/unit/test-vault.c t/unit/vault-fixture.h
test_vault_LDFLAGS = $(AM_LDFLAGS) $(wraps)
test_vault_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_vault_removal_SOURCES = t/unit/test-vault-removal.c t/unit/vault-fixture.h
test_vault_removal_LDFLAGS = $(AM_LDFLAGS) $(wraps)
test_vault_removal_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_vault_whole_SOURCES = t/unit/test-vault-whole.c t/unit/vault-fixture.h
test_vault_whole_LDFLAGS = $(AM_LDFLAGS) $(wraps)
test_vault_whole_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_multipart_SOURCES = t/unit/test-multipart.c t/unit/memory-reader.h
test_multipart_LDADD   = libsilohttp.a libsilobase.a $(SODIUM_LIBS) $(CHECK_LIBS)

test_png_SOURCES = t/unit/test-png.c t/unit/zip-writer.h
test_png_LDADD   = $(vault_libs) $(CHECK_LIBS)

test_thumbnail_SOURCES = t/unit/test-thumbnail.c t/unit/zip-writer.h
test_thumbnail_LDADD   = $(vault_libs) $(CHECK_LIBS)

# The unit tests of what silo-api and silo-events share, and of the request's way through silo-api.
server_tests = test-arena test-settings test-log test-router test-request test-body test-response \
	test-password test-filename test-json
check_PROGRAMS += $(server_tests)
server_test_libs = $(api_libs) $(CHECK_LIBS)

test_arena_SOURCES    = t/unit/test-arena.c t/unit/run.h
test_arena_LDADD      = $(server_test_libs)
test_settings_SOURCES = t/unit/test-settings.c t/unit/run.h
test_settings_LDADD   = $(server_test_libs)
test_log_SOURCES      = t/unit/test-log.c t/unit/run.h
test_log_LDADD        = $(server_test_libs)
test_router_SOURCES   = t/unit/test-router.c t/unit/run.h
test_router_LDADD     = $(server_test_libs)
test_request_SOURCES  = t/unit/test-request.c t/unit/run.h
test_request_LDADD    = $(server_test_libs)
test_body_SOURCES     = t/unit/test-body.c t/unit/run.h
test_body_LDADD       = $(server_test_libs)
test_json_SOURCES     = t/unit/test-json.c t/unit/run.h
test_json_LDADD       = $(server_test_libs)
test_response_SOURCES = t/unit/test-response.c t/unit/run.h
test_response_LDADD   = $(server_test_libs)
test_filename_SOURCES = t/unit/test-filename.c t/unit/run.h
test_filename_LDADD   = $(server_test_libs)
test_password_SOURCES = t/unit/test-password.c t/unit/run.h
test_password_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_pwhash_str_verify
test_password_LDADD   = $(server_test_libs)

# One stream of silo-events, without the hub around it.
check_PROGRAMS += test-stream
test_stream_SOURCES = t/unit/test-stream.c t/unit/run.h \
	fcgi/events/feed.c fcgi/events/hub.c fcgi/events/metrics.c fcgi/events/wire.c \
	fcgi/events/streams/delivery.c fcgi/events/streams/reply.c \
	fcgi/events/streams/sign_in.c fcgi/events/streams/subscriber.c
test_stream_LDADD   = $(server_libs) $(CHECK_LIBS)

# The working folder of the command line.
check_PROGRAMS += test-folder
test_folder_SOURCES = t/unit/test-folder.c t/unit/run.h
test_folder_LDADD   = $(cli_libs) $(CHECK_LIBS)
endif

EXTRA_DIST += t/unit/defects t/unit/request.h
