# What this folder builds, installs and distributes.
