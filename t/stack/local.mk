# The private stack that the demo and the tests run on.
EXTRA_DIST += \
	t/stack/down \
	t/stack/ask.sh \
	t/stack/bare.sh \
	t/stack/lib.sh \
	t/stack/packages \
	t/stack/restart-postgres \
	t/stack/root \
	t/stack/start-postgres \
	t/stack/run \
	t/stack/stop-postgres \
	t/stack/tree.sh \
	t/stack/up

# Sample data, and the tests of nginx's files, the README and ./demo.
EXTRA_DIST += \
	check \
	demo \
	t/demo/fill \
	t/demo/make-files.py \
	t/demo/run \
	t/demo/files/arm.FCStd \
	t/demo/files/base.FCStd \
	t/demo/files/bracket-1.FCStd \
	t/demo/files/bracket-2.FCStd \
	t/demo/files/bracket-3.FCStd \
	t/demo/files/knob.FCStd \
	t/demo/files/lamp.FCStd \
	t/demo/files/shade.FCStd \
	t/nginx/bodies.py \
	t/nginx/defects \
	t/nginx/refusals.py \
	t/nginx/run \
	t/sockets/run \
	t/readme/run
