# What this folder builds, installs and distributes.
include t/stack/local.mk
include t/unit/files.mk
include t/http/files.mk
include t/unit/server.mk
