# What the faults need: a stack with the history load on it, and what a service manager does.
# Sourced by bash with set -eu; needs $top, $here, $work.
# shellcheck shell=bash
: "${top:=.}" "${here:=.}" "${work:=.}" "${dir:=}" "${run:=}"
# shellcheck source=t/stack/lib.sh
. "$top/t/stack/lib.sh"
# shellcheck source=t/proofs/history/lib.sh
. "$top/t/proofs/history/lib.sh"
patience=60 # seconds that anything may take on a slow machine
stack_kind='' round=1 load='' judge='' reader='' mounts=()

# ---- programs, as a service manager starts them ------------------------------------------------
api_start() {
	# shellcheck disable=SC2086 # a command with its arguments
	stack_start silo-api ${wrap:-} "$SILO_PROGRAMS/silo-api" --config "$dir/silo.conf"
}
events_start() {
	# shellcheck disable=SC2086
	stack_start silo-events env "SILO_EVENTS_DATABASE=$hub_database" \
		${wrap:-} "$SILO_PROGRAMS/silo-events" --config "$dir/silo.conf"
}
nginx_start() {
	# shellcheck disable=SC2086
	as_account ${wrap:-} "$(command -v nginx || echo /usr/sbin/nginx)" -q -p "$dir" -c "$dir/nginx.conf" -e "$dir/log/nginx.log"
	wait_until "nginx runs" test -s "$dir/nginx.pid"
	stack_remember nginx "$(cat "$dir/nginx.pid")"
}
children() { # name
	pgrep -P "$(stack_running "$1")" || true
}
owner() { # SQL
	psql -X -A -t -q "$SILO_OWNER_DATABASE" -c "$1"
}

wait_until() { # what command...
	local what=$1 tries
	shift
	for ((tries = patience * 10; tries > 0; tries--)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.1
	done
	echo "t/proofs/faults: after $patience s still not: $what" >&2
	return 1
}
ready() {
	[ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$SILO_URL/ready")" = 200 ]
}

# ---- stacks of one kind each -------------------------------------------------------------------
stack_leave() {
	[ -n "$stack_kind" ] || return 0
	local verdict
	wait_until "the reader has the whole feed" reader_is_there || true
	kill "$reader"
	verdict=good
	wait "$reader" || verdict=bad
	reader=''
	tail -n 22 "$work/$stack_kind.reader"
	[ "$verdict" = good ] || bad=$((bad + 1))
	# Every content that a revision names is in the vault, whole.
	if ! SILO_DATABASE=$SILO_OWNER_DATABASE "$SILO_STACK_BUILD/silo-admin" --config "$dir/silo.conf" check \
		>"$work/$stack_kind.vault" 2>&1; then
		grep -E 'missing|damaged' "$work/$stack_kind.vault" || tail -n 5 "$work/$stack_kind.vault"
		bad=$((bad + 1))
	fi
	stack_remove
}
reader_is_there() {
	[ "$(cat "$work/$stack_kind.progress")" -ge "$(owner 'select last from silo.feed_head')" ]
}
stack_remove() {
	local mount
	"$top/t/stack/down" "$dir" >/dev/null 2>&1 || true
	if declare -F "stack_end_$stack_kind" >/dev/null; then "stack_end_$stack_kind"; fi
	for mount in ${mounts[@]+"${mounts[@]}"}; do umount "$mount"; done
	mounts=()
	rm -rf "$dir"
	stack_kind=''
}
stack_enter() { # kind
	[ "$stack_kind" != "$1" ] || return 0
	stack_leave
	dir=$work/$1
	# Short limits, so that what lasts long elsewhere is seen within seconds.
	"$top/t/stack/up" "$dir" --workers 4 'log_level = warning' 'lock_timeout_ms = 2000' >/dev/null
	stack_kind=$1
	if declare -F "stack_prepare_$1" >/dev/null; then "stack_prepare_$1"; fi
	# shellcheck disable=SC1091
	. "$dir/env"
	stack_open "$dir"
	hub_database=$SILO_HUB_DATABASE
	if declare -F "stack_begin_$1" >/dev/null; then "stack_begin_$1"; fi
	export SILO_PORT SILO_OWNER_DATABASE
	history_users "$work/users"
	cut -d ' ' -f 3 "$work/users" | head -n 1 |
		"$work/reader" "$work/$1.progress" >"$work/$1.reader" &
	reader=$!
	wait_until "the reader has begun" test -s "$work/$1.progress"
}

# ---- the load around a fault -------------------------------------------------------------------
answered() { # calls of this load that were answered otherwise than "unavailable"
	cat "$history"/round-* 2>/dev/null | awk '$12 > 0 && $12 < 500 { n++ } END { print n + 0 }'
}
refused() { # calls that were not
	cat "$history"/round-* 2>/dev/null | awk '($12 == 0 || $12 >= 500) && $4 != "clock" { n++ } END { print n + 0 }'
}
has_answered() {
	[ "$(answered)" -ge "$1" ]
}
has_refused() {
	[ "$(refused)" -ge 1 ]
}
more_calls() { # count: the load goes on meanwhile
	wait_until "$1 more calls are answered" has_answered $(($(answered) + $1))
}

load_begin() { # name
	history=$work/history-$1
	mkdir -p "$history"
	ROUND_FIRST=$round "$work/load" "$history" 1000000000 3600 24 12 10000000 <"$work/users" >"$history/load" &
	load=$!
	more_calls 300
}
load_end() { # sets $calls, $violations, $away
	local report
	more_calls 500
	kill "$load"
	wait "$load" || true
	load=''
	# shellcheck disable=SC2086 # names
	report=$(ROUND_FIRST=$round "$work/judge" "$history" $history_admins || true)
	printf '%s\n' "$report" >"$history/report"
	grep violation: <<<"$report" || true
	read -r calls away violations < <(sed -n 's/^judged: \([0-9]*\) calls.* away \([0-9.]*\) s; \([0-9]*\) violations$/\1 \2 \3/p' <<<"$report")
	round=$((round + 2)) # odd: every end of a lease is known
	[ -n "${violations:-}" ] || {
		printf '%s\n' "$report"
		return 1
	}
}

faults_clean() {
	trap - EXIT
	[ -z "$load" ] || kill "$load" 2>/dev/null || true
	[ -z "$reader" ] || kill "$reader" 2>/dev/null || true
	[ -z "$stack_kind" ] || stack_remove || true
}
