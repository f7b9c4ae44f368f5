# What this folder builds, installs and distributes.
include t/stack/local.mk
include t/unit/files.mk
include t/http/files.mk
include t/unit/server.mk
include t/contract/local.mk
include t/sql/local.mk

include t/history/local.mk
include t/faults/local.mk
include t/soak/local.mk
include t/upgrade/local.mk
include t/security/local.mk
include t/overload/local.mk
include t/fuzz/local.mk
include t/http/suites.mk
include t/http/process.mk
include t/events/local.mk
EXTRA_DIST += \
	t/freecad/run \
	t/freecad/common.py \
	t/freecad/logic.py \
	t/freecad/scene_ada.py \
	t/freecad/scene_alice.py \
	t/freecad/scene_bob.py \
	t/freecad/scene_saves.py \
	t/freecad/scene_vera.py \
	t/freecad/stage.py \
	t/freecad/test_addon.py \
	t/freecad/test_checkin.py \
	t/freecad/test_checkout.py \
	t/freecad/test_client.py \
	t/freecad/test_facts.py \
	t/freecad/test_index.py \
	t/freecad/web.mjs
EXTRA_DIST += t/pooler/run
EXTRA_DIST += t/doc/commands.sh t/doc/run t/doc/settings
EXTRA_DIST += t/admin/run t/admin/prompt.py t/admin/transfer t/admin/rot t/style/tidy t/style/hardened
include t/bench/local.mk
EXTRA_DIST += t/install/run t/install/inside t/install/demo
EXTRA_DIST += t/package/run t/package/inside t/package/activate.pl
EXTRA_DIST += debian/README.source debian/changelog debian/control debian/copyright debian/freecad-silo.install \
	debian/rules debian/silo-server.README.Debian debian/silo-server.docs debian/silo-server.install \
	debian/silo.install debian/source/format
