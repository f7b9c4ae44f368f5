# Steps of ./check that are no programs: building, style, the C test programs, what make installs and
# distributes.  Sourced by ./check, with $top, $work, $plain and $sanitized set; each is run in the build
# folder, in a shell of its own, with SILO_BUILD set.
# shellcheck shell=bash
: "${top:=.}" "${work:=var/check}" "${plain:=.}" "${sanitized:=.}"

install_packages() { "$top/t/stack/packages" check; }

build() { # folder options...
	tree_copy "$1" && tree_build "$@" && cd "$1" && make -j"$(nproc)" check TESTS=
}
build_plain() { build "$plain" --enable-werror; }
build_sanitized() { build "$sanitized" --enable-werror --enable-sanitizers; }

made() { # variable: what it holds in the Makefile of this folder, a word a line
	make -s -f - print 2>/dev/null <<-MAKE
		include Makefile
		print: ; @printf '%s\n' \$($1)
	MAKE
}

# The C test programs of a group, one after the other; at the end again what was wrong with each.
test_programs() { # unit|http|events
	local program said status faults=''
	said=$(mktemp)
	srcdir=$SILO_BUILD
	[ -e "$srcdir/t/stack/up" ] || srcdir=$top
	export srcdir
	case $1 in unit) set -- 'test-[^/]*' ;; *) set -- "t/suites/$1/.*" ;; esac
	# shellcheck disable=SC2046 # a list
	set -- $(made check_PROGRAMS | grep -x "$1")
	[ $# -gt 0 ] || { echo "configured without Check, hence no test programs" && return 77; }
	for program in "$@"; do
		echo "-- $program"
		"./$program" >"$said" 2>&1
		status=$?
		cat "$said"
		case $status in
		0 | 77) ;;
		*) faults+="-- $program ended with $status"$'\n'$(grep -E '^race: |^[^ ]+:[0-9]+:[FE]:|^FAILED|^  (expected|got):' "$said" || tail -n 15 "$said")$'\n' ;;
		esac
	done
	rm -f "$said"
	printf '%s' "$faults" | sed 's/^-- //'
	[ -z "$faults" ]
}

# Reports of the sanitizers and of valgrind: programs of another account write them, hence /tmp.
make_reports() {
	reports=$(mktemp -d /tmp/silo-reports.XXXXXX)
	chmod 1777 "$reports"
	trap 'rm -rf "$reports"' EXIT
	trap 'exit 130' INT TERM
}
sanitized_suites() {
	local status=0 group
	make_reports
	export ASAN_OPTIONS=log_path=$reports/asan UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/ubsan
	export CK_TIMEOUT_MULTIPLIER=4 RACE_ROUNDS=100 SILO_BUILD=$sanitized
	cd "$sanitized" || return
	for group in unit http events; do test_programs "$group" || status=1; done
	! cat "$reports"/asan* "$reports"/ubsan* 2>/dev/null || status=1
	return "$status"
}
# The suites that talk to the servers, with the servers under valgrind.
valgrind_suites() {
	make_reports
	export CK_TIMEOUT_MULTIPLIER=10 RACE_ROUNDS=20
	export SILO_STACK_WRAP="valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --log-file=$reports/valgrind.%p"
	test_programs http || return
	ls "$reports"/valgrind.* || { echo "no server ran under valgrind" && return 1; }
	! grep . "$reports"/valgrind.*
}

installs() {
	local to=$work/install file
	rm -rf "$to"
	make install DESTDIR="$to" || return
	for file in bin/silo sbin/silo-api sbin/silo-events sbin/silo-admin share/silo/nginx/silo.conf \
		share/silo/www/index.html share/silo/www/doc/api/index.html; do
		[ -e "$to/usr/local/$file" ] || { echo "not installed: $file" && return 1; }
	done
	"$to/usr/local/sbin/silo-api" --help >/dev/null || return
	make uninstall DESTDIR="$to" >/dev/null || return
	! find "$to" ! -type d | sed 's|^|left after uninstall: |' | grep .
}
# Whatever is in the repository is in the tarball, but for what only git reads.
distributed() {
	made DISTFILES | xargs -I{} find {} -type f | sed 's|^\./||' | sort -u >.distributed
	[ -s .distributed ] || return
	! grep -v '\.gitignore$' .files | LC_ALL=C sort | LC_ALL=C comm -23 - <(LC_ALL=C sort .distributed) |
		sed 's|^|not distributed: |' | grep .
}

shell_style() {
	# shellcheck disable=SC2046 # no blanks in our file names
	shellcheck -x $(grep -lE '^#!(/usr)?/bin/(env )?(ba)?sh' $(grep -v / .files) $(grep -E '^(t|cli|doc|freecad|www|nginx|\.ci)/' .files) 2>/dev/null) \
		t/stack/lib.sh t/stack/tree.sh t/runner/*.sh
}
c_style() {
	local file status=0
	while IFS= read -r file; do
		clang-format --dry-run --Werror "$file" 2>/dev/null || {
			echo "not as .clang-format says: $file"
			status=1
		}
	done < <(grep -E '\.[ch]$' .files)
	return "$status"
}
