# The private stack that the demo and the tests run on.
EXTRA_DIST += \
	t/stack/down \
	t/stack/ask.sh \
	t/stack/lib.sh \
	t/stack/packages \
	t/stack/restart-postgres \
	t/stack/start-postgres \
	t/stack/run \
	t/stack/stop-postgres \
	t/stack/tree.sh \
	t/stack/up
