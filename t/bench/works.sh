# The works of t/bench: each function is one round of one work, and notes a figure of Silo and of
# each of its yardsticks, measured turn and turn about.  Sourced by t/bench/run.
# shellcheck shell=bash disable=SC2154,SC2034 # yardstick_port; short
: "${top:=}" "${work:=}" "${seconds:=}" "${items:=}" "${users:=}" "${round:=}" "${SILO_URL:=}" "${SILO_PORT:=}"
: "${SILO_OWNER_DATABASE:=}" "${dav_files:=}" "${name:=}" "${stage_held:=}"
load=$top/t/bench/load
lock_body='<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>'

# In every other round the order is turned round, so that neither always follows the other.
take_turns() { # command...
	local list=("$@") i
	for ((i = 0; i < $#; i++)); do
		stage_tidy
		# shellcheck disable=SC2086 # a command and its words
		if [ $((round % 2)) = 0 ]; then ${list[i]}; else ${list[$# - 1 - i]}; fi
	done
}

# Before the first round each has a turn that does not count: Postgres writes whole pages when it first
# changes them after a checkpoint, and caches fill.
turns() { # command...
	[ "$round" != 0 ] || warming=yes take_turns "$@"
	take_turns "$@"
}

# A command, with the median and the 99th percentile of the answers' times beside its rate.
timed() { # command...
	local timed=yes
	"$@"
}
# A crowd has a lead that doesn't count, in which nginx accepts the connections (one a turn of its loop) and
# each new backend of pgbench plans every function.
lead_of() { # connections: seconds
	echo $(($1 / 25))
}
drive() { # seconds connections script url args...: becomes wrk
	TIMED=${timed:+${lead:-0}} exec wrk -t "$2" -c "$2" -d "${1}s" --timeout 20s -s "$load/$3" "$4" -- "${@:5}"
}
# wrk's rate; a warning when more was refused than wrk's own first request, which it makes twice.
rate() { # who divisor connections script url args...
	local lead=0
	[ -z "${timed:-}" ] || lead=$(lead_of "$3")
	driven "$1" "$2" "$(drive $((lead + seconds)) "${@:3}")"
}
driven() { # who divisor what-wrk-said
	local who=$1 divisor=$2 said=$3 percentile
	awk -v who="$who" '/Non-2xx/ && $NF > 1 && who !~ /refused/ { print "t/bench: " who ": " $0 > "/dev/stderr" }
		/Socket errors/ { print "t/bench: " who ": " $0 > "/dev/stderr" }' <<<"$said"
	if [ -z "${timed:-}" ]; then
		note "$who" "$(awk -v d="$divisor" '/Requests\/sec/ { print $2 / d }' <<<"$said")" 1/s
		return
	fi
	note "$who" "$(awk -v d="$divisor" '$1 == "rate" { print $2 / d }' <<<"$said")" 1/s
	for percentile in p50 p99; do
		note "${who}_$percentile" "$(awk -v p="$percentile" '$1 == p { print $2 }' <<<"$said")" ms
	done
}
silo() { # who divisor connections work users first last [fixed]
	local who=$1 divisor=$2 connections=$3
	shift 3
	rate "$who" "$divisor" "$connections" silo.lua "$SILO_URL" "$1" "$connections" "${@:2}"
}
# pgbench's rate of its scripts, as the workers' role.
limit() { # who connections script users first last [name=value...]
	local who=$1 connections=$2 script=$3 said lead=0 log=()
	[ -z "${timed:-}" ] || lead=$(lead_of "$connections") log=(--log --log-prefix="$work/pgbench-log")
	said=$(pgbench "${log[@]}" -n -M prepared -f "$load/$script.sql" -c "$connections" -j 2 -T "$((lead + seconds))" \
		-D clients="$connections" -D users="$4" -D first="$5" -D last="$6" "${@:7}" "$SILO_API_DATABASE" 2>&1) ||
		{ grep -E 'ERROR|error' <<<"$said" >&2; return 1; }
	if [ -z "${timed:-}" ]; then
		note "$who" "$(awk '/^tps/ { print $3 }' <<<"$said")" 1/s
		return
	fi
	# A line a transaction: its time is the third word, its end the last two.
	sort -n -k 5 -k 6 "$work"/pgbench-log.* | awk -v s="$seconds" '{ took[NR] = $3; end[NR] = $5 + $6 / 1e6 }
		END { for (n = NR; n > 0 && end[n] > end[NR] - s; n--) print took[n] }' | sort -n >"$work/times"
	rm "$work"/pgbench-log.*
	note "$who" "$(awk -v s="$seconds" 'END { print NR / s }' "$work/times")" 1/s
	note "${who}_p50" "$(percentile 50 "$work/times")" ms
	note "${who}_p99" "$(percentile 99 "$work/times")" ms
}
percentile() { # percent sorted-microseconds: milliseconds
	awk -v p="$1" '{ took[NR] = $1 } END { if (NR) print took[int((NR * p + 99) / 100)] / 1000 }' "$2"
}
# Pairs of LOCK and UNLOCK; with a divisor, so many at a time count as one.
dav() { # who connections port prefix users [divisor]
	rate "$1" "${6:-2}" "$2" dav.lua "http://127.0.0.1:$3" "$4" "$dav_files" "$5"
}
# LOCK of one file that its holder has locked already, with the name of the lock: a renewal.  Another file each
# time: a renewal that wrk no longer waits for can lock the file again after its release.
renewed=0
dav_renewal() { # who connections port prefix
	local file=$4/0/f$((renewed++ % 100)) url lock
	url=http://127.0.0.1:$3$file
	lock=$(curl -sS -f -o /dev/null -D - -u u1:p -X LOCK -H 'Content-Type: text/xml' -H 'Timeout: Second-3600' \
		-d "$lock_body" "$url" | sed -n 's/^[Ll]ock-[Tt]oken: *\(<[^>]*>\).*/\1/p')
	[ -n "$lock" ] || { echo "t/bench: $1 gave no lock" >&2 && return 1; }
	rate "$1" 1 "$2" renewal.lua "http://127.0.0.1:$3" "$file" "$lock"
	curl -sS -f -o /dev/null -u u1:p -X UNLOCK -H "Lock-Token: $lock" "$url"
}
hello() { # connections
	rate hello 1 "$1" silo.lua "http://127.0.0.1:${yardstick_port[nginx]}" path "$1" 1 1 1 /hello
}

# Locks --------------------------------------------------------------------------------------------

pairs_of() { # connections [held]
	stage_hold "${2:-0}"
	yardstick_svn
	yardstick_lighttpd
	turns "silo silo 2 $1 pairs $users $((items + 1)) $((items * 2))" \
		"limit pgbench $1 pairs $users $((items + 1)) $((items * 2))" \
		"dav mod_dav_svn $1 ${yardstick_port[svn]} /svn $users" \
		"dav lighttpd $1 ${yardstick_port[lighttpd]} /tree $users"
}
work_pairs_1() { pairs_of 1; }
work_pairs_4() { pairs_of 4; }
work_pairs_16() { pairs_of 16; }
work_pairs_64() { pairs_of 64; }

# The same with so many locks held, beside none, in one round.
held_pairs() { # held
	local these=(none "$1") held
	[ "$items" -ge "$1" ] || short=${items}_locks
	[ $((round % 2)) = 0 ] || these=("$1" none)
	for held in "${these[@]}"; do
		stage_hold "${held/none/0}"
		stage_tidy
		if [ "$held" = none ]; then held=none_held; else held=silo; fi
		silo "$held" 2 16 pairs "$users" $((items + 1)) $((items * 2))
	done
}
work_held_10000() { held_pairs 10000; }
work_held_100000() { held_pairs 100000; }

# One service account, beside a thousand users.
work_one_account() {
	stage_hold 0
	yardstick_svn
	yardstick_lighttpd
	turns "silo silo 2 16 pairs 1 $((items + 1)) $((items * 2))" \
		"silo many_users 2 16 pairs $users $((items + 1)) $((items * 2))" \
		"limit pgbench 16 pairs 1 $((items + 1)) $((items * 2))" \
		"dav mod_dav_svn 16 ${yardstick_port[svn]} /svn 1" \
		"dav lighttpd 16 ${yardstick_port[lighttpd]} /tree 1"
}
# lighttpd is not beside this: it says yes to a renewal and writes nothing.
work_hot() {
	stage_hold 0
	yardstick_svn
	turns "silo silo 1 16 hot 1 $((items + 1)) $((items + 1))" \
		"limit pgbench 16 hot 1 $((items + 1)) $((items + 1))" \
		"dav_renewal mod_dav_svn 16 ${yardstick_port[svn]} /svn"
}
# The WebDAV servers have no request for several files: theirs is a hundred, one after another.
work_bulk() {
	stage_hold 0
	yardstick_svn
	yardstick_lighttpd
	turns "silo silo 2 4 bulk $users $((items + 1)) $((items * 2)) 100" \
		"limit pgbench 4 bulk $users $((items + 1)) $((items * 2)) -D size=100" \
		"dav mod_dav_svn 4 ${yardstick_port[svn]} /svn $users 200" \
		"dav lighttpd 4 ${yardstick_port[lighttpd]} /tree $users 200"
}

# Reads --------------------------------------------------------------------------------------------

work_status() {
	stage_hold 10000
	yardstick_nginx
	turns "silo silo 1 16 status $users 1 $((items * 2))" "hello 16" \
		"limit pgbench 16 status $users 1 $((items * 2))"
}
work_refused() {
	stage_hold 10000
	yardstick_nginx
	turns "silo silo_refused 1 16 refused $users 1 $stage_held" "hello 16" \
		"limit pgbench 16 refused $users 1 $stage_held"
}
work_item() {
	stage_hold 10000
	yardstick_nginx
	turns "silo silo 1 16 item $users 1 $((items * 2))" "hello 16" \
		"limit pgbench 16 item $users 1 $((items * 2))"
}

# As a working day has them: look-ups, locks with their release, revisions.  500 connections are a crowd: they
# outnumber the workers by far, so most of an answer's time is spent in the queue before them.
mix_of() { # connections
	stage_hold 10000
	yardstick_nginx
	turns "timed silo silo 1 $1 mixed $users $((items + 1)) $((items * 2))" "timed hello $1" \
		"timed limit pgbench $1 mixed $users $((items + 1)) $((items * 2)) -D locked=0"
}
work_mixed() { mix_of 16; }
work_crowd_mixed() { mix_of 500; }
work_crowd() {
	stage_hold 10000
	yardstick_nginx
	turns "timed silo silo 1 500 lookups $users 1 $((items * 2))" "timed hello 500" \
		"timed limit pgbench 500 lookups $users 1 $((items * 2))"
}

# Goes over so many items of a list, in steps of the largest pages, and sets $walked to how many there
# were and $cursor to what the server gave for the next page (nothing at the end of the list).
walk() { # query items
	local page
	walked=0 cursor=''
	while [ "$walked" -lt "$2" ]; do
		page=$(curl -sS -f -H "Authorization: Bearer silo_u1" \
			"$SILO_URL/api/items?limit=$(($2 - walked < 1000 ? $2 - walked : 1000))${1:+&$1}${cursor:+&cursor=$cursor}") || return
		walked=$((walked + $(grep -o '"item_type"' <<<"$page" | wc -l)))
		cursor=$(grep -o '"next_cursor" : "[^"]*"' <<<"$page" | cut -d '"' -f 4)
		[ -n "$cursor" ] || break
	done
}
# Sets $cursor to that of page 1,000, or of the last full page of a shorter list.
deep_page() { # query
	local walked page
	walk "$1" 50000 || return
	page=$((walked / 50))
	[ "$page" -gt 1 ] || { echo "t/bench: $name: the list has no second page; more --items" >&2 && return 1; }
	[ "$page" = 1000 ] || short=page_$page
	walk "$1" $(((page - 1) * 50))
}
# Page 1,000 of a list, beside its first one, the hello, and pgbench that asks for page 1,000.
list_of() { # type lock sort
	local cursor query=${1:+&type=$1}${2:+&lock=$2}${3:+&sort=$3}
	stage_hold 10000
	yardstick_nginx
	deep_page "${query#&}" || return
	turns "silo silo 1 4 path $users 1 1 /api/items?limit=50$query&cursor=$cursor" \
		"silo page_1 1 4 path $users 1 1 /api/items?limit=50$query" \
		"hello 4" \
		"limit pgbench 4 list $users 1 1 -D q=- -D type=${1:--} -D lock=${2:--} -D sort=${3:--} -D cursor=$cursor"
}
work_list() { list_of '' '' ''; }
work_list_filtered() { list_of part none ''; }
work_list_changed() { list_of '' '' -updated_at; }
work_search() {
	stage_hold 10000
	yardstick_nginx
	turns "silo silo 1 4 path $users 1 1 /api/items?q=titanium" \
		"silo page_1 1 4 path $users 1 1 /api/items?limit=50" \
		"hello 4" \
		"limit pgbench 4 list $users 1 1 -D q=titanium -D type=- -D lock=- -D sort=- -D cursor=-"
}
