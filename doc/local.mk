# What this folder builds, installs and distributes.
EXTRA_DIST += doc/dependencies.md doc/install.md
