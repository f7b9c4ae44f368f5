# The clients against a real stack: command line, page and FreeCAD addon; the cases that they share.
# The same program that dies at the step named in SILO_DIE_AT; built by the tests only.
EXTRA_PROGRAMS += t/clients/cli/silo-fragile
t_clients_cli_silo_fragile_SOURCES  = $(SILO_CLI)
t_clients_cli_silo_fragile_CPPFLAGS = $(AM_CPPFLAGS) -DSILO_FAIL_POINTS
t_clients_cli_silo_fragile_LDADD    = $(silo_LDADD)
CLEANFILES += t/clients/cli/silo-fragile

EXTRA_DIST += \
	t/clients/browser/access.test.mjs \
	t/clients/browser/api-doc.test.mjs \
	t/clients/browser/budget.test.mjs \
	t/clients/browser/events.test.mjs \
	t/clients/browser/facts.test.mjs \
	t/clients/browser/files.test.mjs \
	t/clients/browser/files/block.iges \
	t/clients/browser/files/block.step \
	t/clients/browser/hostile.test.mjs \
	t/clients/browser/lib.mjs \
	t/clients/browser/list.test.mjs \
	t/clients/browser/live.test.mjs \
	t/clients/browser/locks.test.mjs \
	t/clients/browser/people.test.mjs \
	t/clients/browser/press.test.mjs \
	t/clients/browser/preview.test.mjs \
	t/clients/browser/run \
	t/clients/browser/stream.test.mjs \
	t/clients/browser/unit.test.mjs \
	t/clients/cases/folder.json \
	t/clients/cases/names.json \
	t/clients/cli/completions.py \
	t/clients/cli/lib.py \
	t/clients/cli/manual.py \
	t/clients/cli/proxy.py \
	t/clients/cli/run \
	t/clients/cli/terminal.py \
	t/clients/cli/test_account.py \
	t/clients/cli/test_addresses.py \
	t/clients/cli/test_completions.py \
	t/clients/cli/test_crash.py \
	t/clients/cli/test_day.py \
	t/clients/cli/test_elsewhere.py \
	t/clients/cli/test_follow.py \
	t/clients/cli/test_full.py \
	t/clients/cli/test_gone.py \
	t/clients/cli/test_json.py \
	t/clients/cli/test_limits.py \
	t/clients/cli/test_locks.py \
	t/clients/cli/test_names.py \
	t/clients/cli/test_network.py \
	t/clients/cli/test_rebuild.py \
	t/clients/cli/test_refusals.py \
	t/clients/cli/test_silence.py \
	t/clients/cli/test_terminal.py \
	t/clients/cli/test_unreadable.py \
	t/clients/cli/test_words.py \
	t/clients/freecad/common.py \
	t/clients/freecad/logic.py \
	t/clients/freecad/run \
	t/clients/freecad/scene_ada.py \
	t/clients/freecad/scene_alice.py \
	t/clients/freecad/scene_bob.py \
	t/clients/freecad/scene_saves.py \
	t/clients/freecad/scene_vera.py \
	t/clients/freecad/stage.py \
	t/clients/freecad/test_addon.py \
	t/clients/freecad/test_checkin.py \
	t/clients/freecad/test_checkout.py \
	t/clients/freecad/test_client.py \
	t/clients/freecad/test_facts.py \
	t/clients/freecad/test_folder.py \
	t/clients/freecad/test_index.py \
	t/clients/freecad/web.mjs
