# Builds in a copy of the sources, so that the checkout stays clean and a configured checkout
# is no hindrance.  Sourced by ./demo and ./check, with $top set.
# shellcheck shell=bash
: "${top:=.}"

tree_files() {
	# git refuses a checkout that belongs to another user; then every file but the obvious is taken.
	(cd "$top" && git ls-files -co --exclude-standard 2>/dev/null |
		while IFS= read -r file; do [ ! -e "$file" ] || echo "$file"; done) | grep . ||
		(cd "$top" && find . -type f ! -path './var/*' ! -path './.git/*' ! -path '*/node_modules/*' \
			! -name '.files*' ! -name '*.o' ! -name '*.a' ! -name config.status ! -name Makefile ! -name config.h |
			sed 's|^\./||')
}

# Brings the copy up to date; times are kept, so make rebuilds only what changed.
tree_copy() { # folder
	mkdir -p "$1" || return
	tree_files | LC_ALL=C sort >"$1/.files.new" || return
	if [ -f "$1/.files" ]; then
		LC_ALL=C comm -23 "$1/.files" "$1/.files.new" | while IFS= read -r file; do rm -f "${1:?}/$file"; done
	fi
	tar -C "$top" --no-recursion -cf - -T "$1/.files.new" | tar -C "$1" --no-same-owner -xf - || return
	mv "$1/.files.new" "$1/.files"
}

# No set -e here: callers test the outcome, and bash then ignores it.
tree_build() { # folder configure-options...
	(
		cd "$1" || exit
		shift
		if [ ! -x configure ] || [ configure.ac -nt configure ]; then
			autoreconf -fi || exit
		fi
		if [ "$(cat .options 2>/dev/null)" != "configured $*" ] || [ configure -nt config.status ]; then
			./configure "$@" || exit
			echo "configured $*" >.options
		fi
		make -j"$(nproc)"
	)
}
