# Faults during load.
EXTRA_DIST += t/faults/faults.sh t/faults/lib.sh t/faults/run
