# The bench is run by hand (t/bench/run); the Makefile only distributes it.
EXTRA_DIST += \
	t/bench/events.sh \
	t/bench/fan-out \
	t/bench/fan-out.c \
	t/bench/files.sh \
	t/bench/load/bulk.sql \
	t/bench/load/dav.lua \
	t/bench/load/fill.sql \
	t/bench/load/hello.c \
	t/bench/load/hold.sql \
	t/bench/load/hot.sql \
	t/bench/load/item.sql \
	t/bench/load/list.sql \
	t/bench/load/lookups.sql \
	t/bench/load/mixed.sql \
	t/bench/load/pairs.sql \
	t/bench/load/refused.sql \
	t/bench/load/renewal.lua \
	t/bench/load/silo.lua \
	t/bench/load/status.sql \
	t/bench/load/upload.lua \
	t/bench/report \
	t/bench/report.awk \
	t/bench/run \
	t/bench/sha256.c \
	t/bench/stage.sh \
	t/bench/targets \
	t/bench/upload-memory \
	t/bench/worker-memory \
	t/bench/works.sh \
	t/bench/yardsticks.sh
