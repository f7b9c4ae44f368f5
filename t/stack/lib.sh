# What up, down and the fault commands share: who runs the programs, what is running, how it ends.
# Sourced by bash with set -eu; works on $dir (the folder), $run (its sockets) and $account.
# shellcheck shell=bash
: "${dir:=}" "${run:=}" "${account:=}"

stack_fail() {
	echo "t/stack: $*" >&2
	exit 1
}

# Postgres refuses root, and nothing else needs it: as root everything runs as this account.
stack_account() {
	if [ "$(id -u)" != 0 ]; then
		id -un
	elif id -u silo-demo >/dev/null 2>&1; then
		echo silo-demo
	elif id -u postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

# Runs a command as the account: a privilege is dropped here and nowhere regained.
as_account() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups --no-new-privs -- \
			env HOME="$dir" "$@"
	else
		"$@"
	fi
}

# A process is known by its id and its start time, so that a reused id is never hit.
stack_started_at() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	stat=${stat##*) }
	# shellcheck disable=SC2086 # fields
	set -- $stat
	[ "$1" != Z ] || return 1
	echo "${20}"
}

stack_remember() { # name pid
	echo "$2 $(stack_started_at "$2")" >"$dir/pid/$1"
}

# The id of a program that still runs, or failure.
stack_running() { # name
	local pid started
	[ -f "$dir/pid/$1" ] || return 1
	read -r pid started <"$dir/pid/$1" || return 1
	[ -n "$started" ] && [ "$(stack_started_at "$pid")" = "$started" ] && echo "$pid"
}

# Sends a signal and waits; after the given seconds it is killed, and that is said.
stack_end() { # name signal seconds
	local pid tries
	pid=$(stack_running "$1") || {
		rm -f "$dir/pid/$1"
		return 0
	}
	kill "-$2" "$pid" 2>/dev/null || true
	for ((tries = $3 * 20; tries > 0; tries--)); do
		stack_running "$1" >/dev/null || break
		sleep 0.05
	done
	if stack_running "$1" >/dev/null; then
		echo "t/stack: $1 did not stop within $3 s and was killed" >&2
		kill -KILL "$pid" 2>/dev/null || true
		sleep 0.2
	fi
	rm -f "$dir/pid/$1"
}

# Starts a program apart from the terminal (Ctrl-C is for the caller) and remembers it.
stack_start() { # name command...
	local name=$1
	shift
	if [ "$(id -u)" = 0 ]; then
		setsid setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups \
			--no-new-privs -- env HOME="$dir" "$@" </dev/null >>"$dir/log/$name.log" 2>&1 &
	else
		setsid "$@" </dev/null >>"$dir/log/$name.log" 2>&1 &
	fi
	stack_remember "$name" $!
}

stack_postgres_bin() {
	local bin
	bin=$(pg_config --bindir 2>/dev/null || true)
	[ -x "$bin/initdb" ] || bin=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null |
		sort -V | tail -n 1 | xargs -r dirname)
	[ -x "$bin/initdb" ] || stack_fail "Postgres (initdb) is not installed"
	echo "$bin"
}

stack_postgres_start() {
	local tries
	stack_start postgres "$(stack_postgres_bin)/postgres" -D "$dir/postgres"
	for ((tries = 400; tries > 0; tries--)); do
		if "$(stack_postgres_bin)/pg_isready" -q -h "$run" -U postgres -d postgres; then
			return 0
		fi
		stack_running postgres >/dev/null || break
		sleep 0.05
	done
	tail -n 20 "$dir/log/postgres.log" >&2
	stack_fail "Postgres did not start"
}

# INT is Postgres's fast stop: sessions end, the cluster is closed cleanly.
stack_postgres_stop() {
	stack_end postgres INT 30
}

# The hub first: nginx would wait for its open streams.
stack_stop_all() {
	stack_end silo-events TERM 20
	stack_end nginx QUIT 10
	stack_end silo-api TERM 40
	stack_postgres_stop
}

# Reads DIR as up left it: $dir, $run, $account.
stack_open() { # DIR
	[ -d "$1" ] || stack_fail "no such folder: $1"
	dir=$(cd "$1" && pwd -P)
	[ -f "$dir/stack" ] || stack_fail "$dir is no stack"
	# shellcheck disable=SC1091 # written by up: account=, run=
	. "$dir/stack"
}
