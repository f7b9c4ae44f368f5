# The private stack that the demo and the tests run on.
EXTRA_DIST += \
	t/stack/down \
	t/stack/lib.sh \
	t/stack/restart-postgres \
	t/stack/start-postgres \
	t/stack/stop-postgres \
	t/stack/up
