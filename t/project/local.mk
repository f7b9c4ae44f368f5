# What is tested of the project itself: documents, style, installing, packages, the demo.
EXTRA_DIST += \
	t/project/demo/files/arm.FCStd \
	t/project/demo/files/base.FCStd \
	t/project/demo/files/bracket-1.FCStd \
	t/project/demo/files/bracket-2.FCStd \
	t/project/demo/files/bracket-3.FCStd \
	t/project/demo/files/knob.FCStd \
	t/project/demo/files/lamp.FCStd \
	t/project/demo/files/shade.FCStd \
	t/project/demo/fill \
	t/project/demo/make-files.py \
	t/project/demo/run \
	t/project/doc/commands.sh \
	t/project/doc/routes \
	t/project/doc/run \
	t/project/doc/settings \
	t/project/doc/words \
	t/project/install/demo \
	t/project/install/inside \
	t/project/install/run \
	t/project/package/activate.pl \
	t/project/package/inside \
	t/project/package/run \
	t/project/readme/run \
	t/project/runner/run \
	t/project/style/.npmrc \
	t/project/style/hardened \
	t/project/style/includes \
	t/project/style/js \
	t/project/style/length \
	t/project/style/package-lock.json \
	t/project/style/package.json \
	t/project/style/python \
	t/project/style/python.mjs \
	t/project/style/tidy
