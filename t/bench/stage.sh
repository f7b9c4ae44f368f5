# The stage of t/bench: a private stack of optimised programs, filled, and its settings.
# Sourced by t/bench/run, with $top, $work (a folder) and $build set.
# shellcheck shell=bash
: "${workers:=}" "${top:=}" "${work:=}" "${build:=}" "${items:=}"
# shellcheck disable=SC2034 # for the works
users=1000
stage_filled=0 stage_held=-1

stage_up() {
	local line
	SILO_BUILD=$build "$top/t/stack/up" "$work/s" --workers "$workers" "streams_per_user = 1000000" "streams_maximum = 100000" \
		"upload_limit_bytes = 2000000000" >/dev/null
	# shellcheck disable=SC1091 # written by up
	. "$work/s/env"
	# As an installation of this size would have it; all that is measured in Postgres has the same.
	for line in "shared_buffers = '512MB'" "max_wal_size = '4GB'" "max_connections = '600'"; do
		stage_sql -c "alter system set $line"
	done
	"$top/t/stack/restart-postgres" "$work/s"
	stage_ready
}

stage_down() {
	[ ! -f "$work/s/stack" ] || "$top/t/stack/down" "$work/s" --remove >/dev/null || true
}

stage_sql() { psql -X -q -v ON_ERROR_STOP=1 "$SILO_OWNER_DATABASE" "$@"; }

stage_ready() {
	local tries
	for ((tries = 200; tries > 0; tries--)); do
		[ "$(curl -s -o /dev/null -w '%{http_code}' "$SILO_URL/ready")" != 200 ] || return 0
		sleep 0.1
	done
	echo "t/bench: $SILO_URL is not ready" >&2
	return 1
}

# Twice the items: half of them can be held while the other half is worked on.
stage_fill() {
	[ "$stage_filled" = 0 ] || return 0
	stage_sql -v items="$((items * 2))" -f "$top/t/bench/load/fill.sql"
	stage_sql -c 'vacuum analyze' -c checkpoint
	stage_filled=1
}

# So many locks are held from now on, of the first items; never one of those that are worked on.
stage_hold() { # locks
	local held=$(($1 < items ? $1 : items))
	stage_fill
	if [ "$stage_held" != "$held" ]; then
		stage_sql -v held="$held" -f "$top/t/bench/load/hold.sql" -c 'vacuum analyze silo.locks'
		stage_held=$held
	fi
}

# What a measurement left half done is taken back, so that the next one is refused nothing.
stage_tidy() {
	stage_sql -c "delete from silo.locks where comment <> 'held'"
}
