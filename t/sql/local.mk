EXTRA_DIST += t/sql/run
