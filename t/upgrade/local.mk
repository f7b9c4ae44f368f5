# Upgrades during load.
EXTRA_DIST += t/upgrade/run
