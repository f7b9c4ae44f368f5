# The faults, one function each: fault_NAME makes it happen while the load runs and, where a service
# manager or an operator would act, does what they do.  stack_prepare_KIND and stack_begin_KIND make
# the stack that some of them need; 77 = it cannot be had here.
# Sourced by t/proofs/faults/run.
# shellcheck shell=bash
: "${work:=.}" "${dir:=}" "${run:=}" "${history:=}"

# ---- processes ---------------------------------------------------------------------------------
fault_worker_killed() { # one of four, five times
	local i
	for i in 1 2 3 4 5; do
		kill -KILL "$(children silo-api | shuf -n 1)"
		more_calls 100
	done
}
fault_all_workers_killed() {
	# shellcheck disable=SC2046 # a list
	kill -KILL $(children silo-api)
}
fault_master_killed() { # started again a second later, as silo-api.service says
	local workers
	workers=$(children silo-api)
	kill -KILL "$(stack_running silo-api)"
	# shellcheck disable=SC2086 # a list
	patience=20 wait_until "its workers have left" no_process $workers
	sleep 1
	api_start
}
no_process() {
	! kill -0 "$@" 2>/dev/null
}
fault_api_reloaded() { # the old workers leave although there is always a next request
	local i workers
	for i in 1 2 3; do
		workers=$(children silo-api)
		kill -HUP "$(stack_running silo-api)"
		# shellcheck disable=SC2086 # a list
		patience=20 wait_until "the old workers have left" no_process $workers
	done
}
fault_hub_killed() {
	kill -KILL "$(stack_running silo-events)"
	more_calls 500
	events_start
}
fault_nginx_workers_killed() {
	local i
	for i in 1 2 3; do
		# shellcheck disable=SC2046 # a list
		kill -KILL $(children nginx)
		more_calls 100
	done
}
fault_nginx_reloaded() {
	local i
	for i in 1 2 3; do
		kill -HUP "$(stack_running nginx)"
		more_calls 200
	done
}

# ---- Postgres ----------------------------------------------------------------------------------
fault_postgres_killed() { # pg_ctl stop -m immediate, and started again
	stack_end postgres QUIT 30
	wait_until "it is missed" has_refused
	stack_postgres_start
}
fault_backend_killed() { # Postgres ends all sessions and recovers by itself
	kill -KILL "$(owner "select pid from pg_stat_activity where usename = 'silo_api' limit 1")"
	wait_until "it is missed" has_refused
}
fault_connections_terminated() {
	local i
	for i in 1 2 3; do
		owner "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('silo_api', 'silo_hub')" >/dev/null
		more_calls 200
	done
}
fault_slow_queries() { # every write waits longer than it may
	psql -X -q "$SILO_OWNER_DATABASE" -c 'begin' -c 'lock table silo.items in exclusive mode' \
		-c 'select pg_sleep(5)' -c 'commit' >/dev/null
}
fault_postgres_silent() { # as if the network were cut: nothing answers, nothing is closed
	local all
	all="$(stack_running postgres) $(children postgres)"
	# shellcheck disable=SC2086 # a list
	kill -STOP $all
	wait_until "it is missed" has_refused
	# shellcheck disable=SC2086
	kill -CONT $all 2>/dev/null || true
}

# ---- disks: the vault and the cluster on small volumes of their own ---------------------------
stack_prepare_disks() {
	[ "$(id -u)" = 0 ] || return 77
	"$top/t/stack/down" "$dir" >/dev/null
	move_to_volume "$dir/vault" 48m
	move_to_volume "$dir/postgres" 512m
	"$top/t/stack/up" "$dir" --keep-data --workers 4 'log_level = warning' 'lock_timeout_ms = 2000' >/dev/null
}
move_to_volume() { # folder size
	mv "$1" "$1.before"
	mkdir "$1"
	mount -t tmpfs -o "size=$2,mode=0700" tmpfs "$1"
	mounts+=("$1")
	chown --reference="$1.before" "$1"
	cp -a "$1.before/." "$1/"
	rm -rf "$1.before"
}
fill() { # folder: to the last byte
	dd if=/dev/zero bs=64k >>"$1/ballast" 2>/dev/null || true
	dd if=/dev/zero bs=512 >>"$1/ballast" 2>/dev/null || true
}
fault_vault_full() {
	fill "$dir/vault"
	wait_until "it is missed" has_refused
	rm "$dir/vault/ballast"
}
fault_vault_read_only() {
	mount -o remount,ro "$dir/vault"
	wait_until "it is missed" has_refused
	mount -o remount,rw "$dir/vault"
}
fault_database_full() {
	fill "$dir/postgres"
	# There is room left inside of its files; when it is used up, nothing can be written any more.
	wait_until "no write succeeds any more" no_write_lately
	rm "$dir/postgres/ballast"
	if ! stack_running postgres >/dev/null; then stack_postgres_start; fi
}

no_write_lately() {
	fill "$dir/postgres"
	tail -q -n 400 "$history"/round-* | awk '$4 != "clock" && $5 != "read" && ($12 == 200 || $12 == 201) { exit 1 }'
}

# ---- the web machine's clock is a day ahead, then a day behind --------------------------------
# Only silo-api, silo-events and nginx see it; Postgres and the load keep the right time.
stack_begin_clock() {
	clock_shift +1d
}
clock_shift() {
	local library
	library=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | grep . | head -n 1) || return 77
	wrap="env LD_PRELOAD=$library FAKETIME=$1 FAKETIME_DONT_FAKE_MONOTONIC=1"
	stack_end silo-events TERM 20
	stack_end nginx QUIT 20
	stack_end silo-api TERM 40
	rm -f "$dir/nginx.pid"
	api_start
	events_start
	nginx_start
	wait_until "it is ready" ready
	# Else nothing is shown: the date of an answer is nginx's.
	[ "$(curl -s -D - -o /dev/null "$SILO_URL/health" | sed -n 's/^Date: ..., \([0-9]*\).*/\1/p')" != "$(date -u +%d)" ]
}
stack_end_clock() {
	wrap=''
}
fault_clock_a_day_ahead() {
	more_calls 3000
}
fault_clock_a_day_behind() {
	clock_shift -1d
	more_calls 3000
}

# ---- the primary is lost for good: its synchronous standby takes over --------------------------
stack_begin_standby() {
	local second=$run/second bin
	bin=$(stack_postgres_bin)
	mkdir -m 0700 "$second"
	chown --reference="$run" "$second"
	printf '%s\n' "local replication all peer map=silo" >>"$dir/postgres/pg_hba.conf"
	owner 'select pg_reload_conf()' >/dev/null
	as_account "$bin/pg_basebackup" -h "$run" -U postgres -D "$dir/standby" -R -C -S standby -c fast \
		>>"$dir/log/standby.log" 2>&1
	printf '%s\n' "unix_socket_directories = '$second'" \
		"primary_conninfo = 'host=$run user=postgres application_name=standby'" \
		"synchronous_standby_names = ''" >>"$dir/standby/postgresql.auto.conf"
	stack_start standby "$bin/postgres" -D "$dir/standby"
	wait_until "the standby streams" standby_is "'streaming'" state
	owner "alter system set synchronous_standby_names = 'standby'" >/dev/null
	owner 'select pg_reload_conf()' >/dev/null
	wait_until "the standby is synchronous" standby_is "'sync'" sync_state
	# As the documentation says: both hosts, and whichever can be written to.
	sed -i "s|^database = host=[^ ]* |database = target_session_attrs=read-write host=$run,$second |" "$dir/silo.conf"
	hub_database="target_session_attrs=read-write ${SILO_HUB_DATABASE/host=$run/host=$run,$second}"
	SILO_OWNER_DATABASE="target_session_attrs=read-write ${SILO_OWNER_DATABASE/host=$run/host=$run,$second}"
	kill -HUP "$(stack_running silo-api)"
	stack_end silo-events TERM 20
	events_start
	wait_until "it is ready" ready
}
standby_is() { # value column
	[ "$(owner "select $2 = $1 from pg_stat_replication")" = t ]
}
stack_end_standby() {
	stack_end standby INT 30
}
fault_standby_promoted() { # what Patroni would do, as fast as it could
	local pid
	pid=$(stack_running postgres)
	# shellcheck disable=SC2046 # a list
	kill -KILL "$pid" $(children postgres)
	rm -f "$dir/pid/postgres"
	wait_until "it is missed" has_refused
	as_account "$(stack_postgres_bin)/pg_ctl" promote -D "$dir/standby" -w >>"$dir/log/standby.log" 2>&1
}
