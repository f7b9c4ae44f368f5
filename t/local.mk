# One fragment a group; the picture is in doc/architecture.md.
include t/stack/local.mk
include t/unit/local.mk
include t/suites/local.mk
include t/clients/local.mk
include t/proofs/local.mk
include t/bench/local.mk
include t/project/local.mk
