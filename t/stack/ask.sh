# What the shell tests of this project share: a numbered check, and the summary at the end.
# Sourced by bash.
# shellcheck shell=bash
asked_passed=0
asked_failed=0

# is TITLE EXPECTED ACTUAL
is() {
	if [ "$2" = "$3" ]; then
		asked_passed=$((asked_passed + 1))
	else
		asked_failed=$((asked_failed + 1))
		printf 'FAILED: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
	fi
}

# has TITLE PATTERN TEXT: the text has a line that fits the extended regular expression
has() {
	if grep -qiE -- "$2" <<<"$3"; then
		asked_passed=$((asked_passed + 1))
	else
		asked_failed=$((asked_failed + 1))
		printf 'FAILED: %s\n  no line fits: %s\n  in: %s\n' "$1" "$2" "${3:0:1500}"
	fi
}

lacks() {
	if grep -qiE -- "$2" <<<"$3"; then
		asked_failed=$((asked_failed + 1))
		printf 'FAILED: %s\n  a line fits: %s\n  in: %s\n' "$1" "$2" "${3:0:1500}"
	else
		asked_passed=$((asked_passed + 1))
	fi
}

# check TITLE COMMAND...: the command succeeds. What it says goes to the file $asked_out, if that is set.
check() {
	local title=$1
	shift
	if "$@" >"${asked_out:-/dev/null}" 2>&1; then
		asked_passed=$((asked_passed + 1))
	else
		asked_failed=$((asked_failed + 1))
		echo "FAILED: $title"
		[ -z "${asked_out:-}" ] || tail -n 12 "$asked_out"
	fi
}
refused() { ! "$@"; }

asked_summary() {
	printf '%d passed, %d failed\n' "$asked_passed" "$asked_failed"
	[ "$asked_failed" = 0 ]
}
