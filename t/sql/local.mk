EXTRA_DIST += t/sql/run t/bench/worker-memory
