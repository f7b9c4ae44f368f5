# The private stack that the demo and the tests run on.
EXTRA_DIST += \
	t/stack/ask.sh \
	t/stack/asked.py \
	t/stack/bare.sh \
	t/stack/down \
	t/stack/lib.sh \
	t/stack/packages \
	t/stack/restart-postgres \
	t/stack/root \
	t/stack/run \
	t/stack/start-postgres \
	t/stack/stop-postgres \
	t/stack/tree.sh \
	t/stack/up
