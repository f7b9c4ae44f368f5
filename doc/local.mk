# What this folder builds, installs and distributes.
EXTRA_DIST += doc/dependencies.md doc/install.md
dist_man5_MANS += doc/silo.conf.5
dist_man8_MANS += doc/silo-api.8 doc/silo-events.8 doc/silo-admin.8
EXTRA_DIST += doc/architecture.md doc/working-folder.md
EXTRA_DIST += doc/images/compare.png doc/images/items.png
EXTRA_DIST += doc/events.md doc/security.md doc/reliability.md
EXTRA_DIST += doc/freecad.md doc/images/freecad-checked-out.png doc/images/freecad-refused.png doc/images/freecad-warned.png
