# The works of t/bench on files: uploads and downloads of 1 MB and 500 MB (--large), beside nginx's own dav PUT and
# static GET; and look-ups while large files arrive.  Sourced by t/bench/run.
# shellcheck shell=bash disable=SC2154,SC2034 # yardstick_port; short
: "${top:=}" "${work:=}" "${large:=}" "${seconds:=}" "${items:=}" "${users:=}" "${SILO_URL:=}" "${SILO_API_PID:=}"
megabyte=1000000

nginx_url() { echo "http://127.0.0.1:${yardstick_port[nginx]}"; }

# A file of random bytes, with a new head for each upload, so that none is known already.
large_file() { # megabytes
	if [ ! -f "$work/large" ] || [ "$(stat -c %s "$work/large")" != $(($1 * megabyte)) ]; then
		openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00 </dev/zero 2>/dev/null |
			head -c $(($1 * megabyte)) >"$work/large" || true
		chmod 644 "$work/large"
	fi
	head -c 64 /dev/urandom | dd of="$work/large" conv=notrunc status=none
}

# One transfer by curl: megabytes a second.
transfer() { # who megabytes curl-arguments...
	local who=$1 size=$2 took
	shift 2
	took=$(curl -sS -f -o /dev/null -w '%{time_total}' -H 'Authorization: Bearer silo_u1' \
		-H 'Content-Type: application/octet-stream' -H 'Expect:' "$@") || return
	note "$who" "$(awk -v s="$size" -v t="$took" 'BEGIN { print s / t }')" MB/s
}

work_upload_1() {
	stage_hold 0
	yardstick_nginx
	turns "rate silo 1 4 upload.lua $SILO_URL POST /api/items/B-%d/file $megabyte ?filename=part.FCStd" \
		"rate nginx_put 1 4 upload.lua $(nginx_url) PUT /put/%d/%d $megabyte"
}
large_name() { [ "$large" = 500 ] || short=${large}_MB; }
# nginx gets a new name each time: Silo keeps what it has got before, too.
upload_large() { # who url method
	large_file "$large"
	sync
	transfer "$1" "$large" -X "$3" -T "$work/large" "${2/NEW/$(date +%s%N)}"
}
# nginx says yes before the file is on the disk; this one waits for it, as Silo does.
upload_synced() {
	local began
	large_file "$large"
	sync
	began=$(date +%s%N)
	curl -sS -f -o /dev/null -H 'Expect:' -X PUT -T "$work/large" "$(nginx_url)/put/$began"
	sync "$work/nginx/put/$began"
	note nginx_put_synced "$((large * 1000000000 / ($(date +%s%N) - began)))" MB/s
}
work_upload_500() {
	large_name
	stage_hold 0
	yardstick_nginx
	turns "upload_large silo $SILO_URL/api/items/B-7/file?filename=part.bin POST" \
		"upload_large nginx_put $(nginx_url)/put/NEW PUT" \
		"upload_synced"
	note worker_peak "$(worker_peak)" KiB
}
worker_peak() { # the most that a worker ever had resident
	local pid
	for pid in $(pgrep -P "$SILO_API_PID"); do
		awk '/^VmHWM/ { print $2 }' "/proc/$pid/status"
	done | sort -n | tail -n 1
}

# Look-ups while eight large files arrive, beside the same look-ups alone.  In both, what was written before is
# on the disk first.
work_lookups_beside_uploads() {
	large_name
	stage_hold 10000
	turns "lookups_beside_uploads" "lookups_alone"
}
lookups_alone() {
	sync
	timed silo no_uploads 1 16 lookups "$users" 1 $((items * 2))
}
# Measured from the start of the uploads to the answer to the last one: nginx takes the bodies first, then
# workers copy and hash them.
lookups_beside_uploads() {
	local timed=yes asking sending=() n began
	[ -z "${warming:-}" ] || return 0
	large_file "$large"
	sync
	: >"$work/sent"
	began=$(date +%s%N)
	drive 86400 16 silo.lua "$SILO_URL" lookups 16 "$users" 1 $((items * 2)) >"$work/asked" &
	asking=$!
	for n in 1 2 3 4 5 6 7 8; do
		send_files $((items + n)) &
		sending+=($!)
	done
	for n in "${sending[@]}"; do wait "$n"; done
	kill -INT "$asking"
	wait "$asking"
	note uploads "$(awk -v s="$large" -v t=$(($(date +%s%N) - began)) 'END { print NR * s / (t / 1e9) }' "$work/sent")" MB/s
	driven silo 1 "$(cat "$work/asked")"
	# Four gigabytes a round would fill a disk; nobody reads them again.
	find "$SILO_VAULT" -type f -newer "$work/large" -delete
}
# Sends one new file after another until the time is over, at least one.
send_files() { # item
	local until=$((SECONDS + seconds)) bytes=$((large * megabyte))
	while
		{ head -c 64 /dev/urandom && tail -c +65 "$work/large"; } |
			curl -sS -f -o /dev/null -H 'Authorization: Bearer silo_u1' -H 'Content-Type: application/octet-stream' \
				-H 'Expect:' -H 'Transfer-Encoding:' -H "Content-Length: $bytes" -X POST -T - \
				"$SILO_URL/api/items/B-$1/file?filename=part.bin" || return
		echo "$1" >>"$work/sent"
		[ "$SECONDS" -lt "$until" ]
	do :; done
}

# Puts a file of so many megabytes at an item, and says where it lies in the vault.
stored() { # item megabytes
	local sum
	large_file "$2"
	sum=$(sha256sum <"$work/large" | cut -d ' ' -f 1)
	curl -sS -f -o /dev/null -H 'Authorization: Bearer silo_u1' -X POST -T "$work/large" \
		"$SILO_URL/api/items/$1/file?filename=part.bin"
	(cd "$SILO_VAULT" && find . -type f -name "*${sum:8}*" | sed 's|^\./||')
}
work_download_1() {
	local path
	stage_hold 0
	yardstick_nginx
	path=$(stored B-1 1)
	turns "silo silo 1 16 path $users 1 1 /api/items/B-1/file" \
		"rate nginx_static 1 16 silo.lua $(nginx_url) path 16 1 1 1 /vault/$path"
}
work_download_500() {
	local path
	large_name
	stage_hold 0
	yardstick_nginx
	path=$(stored B-2 "$large")
	turns "transfer silo $large $SILO_URL/api/items/B-2/file" \
		"transfer nginx_static $large $(nginx_url)/vault/$path"
}
