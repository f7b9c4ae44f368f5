# The works of t/bench on events and processes: one change told to many readers, beside nchan; and what
# a worker needs to start and to wait.  Sourced by t/bench/run.
# shellcheck shell=bash disable=SC2154 # yardstick_port
: "${top:=}" "${work:=}" "${out:=}" "${items:=}" "${users:=}" "${seconds:=}" "${SILO_URL:=}" "${SILO_PORT:=}" "${SILO_API_PID:=}" "${TOKEN_ALICE:=}"

# The readers wait until all are served; then five changes are told, one after another.
fan_out() { # who readers port path header ready command
	local log=$work/fan-out.log who=$1 readers=$2
	[ -x "$work/fan-out" ] || cc -std=c17 -D_GNU_SOURCE -O2 -o "$work/fan-out" "$top/t/bench/fan-out.c"
	"$work/fan-out" "$3" "$4" "$5" "$readers" 5 "$6" item.locked "$7" >"$log"
	[ "$readers" = 1 ] || note "$who" "$(middle 6 "$log" | awk -v n="$readers" '{ print n / ($1 / 1000) }')" 1/s
	note "${who}_first" "$(middle 2 "$log")" ms
	note "${who}_median" "$(middle 3 "$log")" ms
	note "${who}_last" "$(middle 4 "$log")" ms
}
middle() { # field log: the median of the rounds
	awk -v f="$1" '/^round/ { print ($f < 0.001 ? 0.001 : $f) }' "$2" | sort -n | sed -n 3p
}
silo_fan_out() {
	fan_out silo "$1" "$SILO_PORT" /api/events "Authorization: Bearer $TOKEN_ALICE" server.state \
		"curl -sS -f -o /dev/null -X POST -H 'Authorization: Bearer $TOKEN_ALICE' $SILO_URL/api/items/B-1/lock"
}
nchan_fan_out() {
	local port=${yardstick_port[nchan]}
	fan_out nchan "$1" "$port" /sub "" text/event-stream "curl -sS -f -o /dev/null -d \
		'{\"event\":\"item.locked\",\"part_number\":\"B-1\",\"locked_by\":\"alice\",\"expires_at\":\"2030-01-01T00:00:00.000000Z\"}' \
		http://127.0.0.1:$port/pub"
}
events_to() { # readers
	stage_hold 0
	yardstick_nchan
	turns "silo_fan_out $1" "nchan_fan_out $1"
}
work_events_1() { events_to 1; }
work_events_1000() { events_to 1000; }
work_events_10000() { events_to 10000; }

# From the start of silo-api to its first answer with a word from Postgres, through nginx.
work_start() {
	local began pid fresh=$work/fresh
	stage_hold 0
	yardstick_nginx
	mkdir -p "$fresh" && chmod 777 "$fresh"
	sed "s|^listen = .*|listen = $fresh/api.sock|" "$SILO_CONFIG_FILE" >"$fresh/silo.conf"
	began=$(date +%s%N)
	(
		cd /
		[ "$(id -u)" != 0 ] || exec setpriv --reuid "$SILO_ACCOUNT" --regid "$(id -g "$SILO_ACCOUNT")" --clear-groups -- \
			"$SILO_PROGRAMS/silo-api" --config "$fresh/silo.conf" 2>/dev/null
		exec "$SILO_PROGRAMS/silo-api" --config "$fresh/silo.conf" 2>/dev/null
	) &
	pid=$!
	until curl -s -f -o /dev/null "$(nginx_url)/fresh"; do kill -0 "$pid"; done
	note silo "$((($(date +%s%N) - began) / 1000000))" ms
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	rm -rf "$fresh"
}

# Resident and private memory of an idle worker, and the processor time of a request.
work_worker() {
	local pid before after
	stage_hold 0
	pid=$(pgrep -P "$SILO_API_PID" | head -n 1)
	note resident "$(awk '/^Rss/ { print $2 }' "/proc/$pid/smaps_rollup")" KiB
	note private "$(awk '/^Private/ { sum += $2 } END { print sum }' "/proc/$pid/smaps_rollup")" KiB
	before=$(api_ticks)
	silo silo 1 16 status "$users" 1 "$items"
	after=$(api_ticks)
	note cpu "$(tail -n 1 "$out/results.new" | awk -v t="$((after - before))" -v s="$seconds" -v hz="$(getconf CLK_TCK)" \
		'{ print t / hz / ($4 * s) * 1000000 }')" us/request
}
api_ticks() { # processor time of all workers so far
	local pid
	for pid in $(pgrep -P "$SILO_API_PID"); do
		sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'
	done | awk '{ sum += $1 } END { print sum }'
}
