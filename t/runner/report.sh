# What ./check says about its steps: summaries, the end of a failed log, the sum.  Sourced by ./check,
# with $logs (a folder with NAME.log of each step) set.
# shellcheck shell=bash
: "${logs:=var/check/log}"
passed=0
failed=0
declare -A failed_steps=()
failures=() # the same, in their order

# The suites' own summaries: Check's, "N passed, N failed", and node's "# pass N".
summaries() {
	grep -hE '^-- |^race: |^[0-9]+%: Checks: |[0-9]+ passed|^(#|ℹ) (tests|pass|fail) [0-9]' "$1" 2>/dev/null
}
count() { # file status: adds what the summaries say; a step without any counts as one
	local good bad
	read -r good bad < <(awk '
		/^[0-9]+%: Checks: / { gsub(",", ""); bad += $5 + $7; good += $3 - $5 - $7; next }
		/[0-9]+ passed/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) good += $(i-1); if ($i ~ /^failed/) bad += $(i-1) }; next }
		/^(#|ℹ) pass / { good += $3 } /^(#|ℹ) fail / { bad += $3 }
		END { print good + 0, bad + 0 }' "$1")
	if [ "$2" = 0 ] && [ "$good" = 0 ]; then
		good=1
	elif [ "$2" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# A step's summaries, or on failure the end of its log; 77 says that it could not run here.
report() { # step status seconds
	local log=$logs/$1.log
	summaries "$log" >"$log.summary"
	cat "$log.summary"
	if [ "$2" = 77 ]; then
		tail -n 1 "$log"
		printf '   %s: skipped\n' "$1"
		return
	fi
	count "$log.summary" "$2"
	if [ "$2" = 0 ]; then
		printf '   %s: ok, %d s\n' "$1" "$3"
	else
		tail -n 60 "$log"
		printf '   %s: FAILED, %d s\n' "$1" "$3"
		failures+=("$1")
		failed_steps[$1]=yes
	fi
}
has_failed() { [ -n "${failed_steps[$1]:-}" ]; } # step
# A step whose need has failed: its own failure is counted there.
without() { # step need
	printf '== %s: not run, since %s failed\n' "$1" "$2"
	failed_steps[$1]=yes
}

# The last line, and the exit status of all.
summary() {
	printf '\n%d min %02d s' $((SECONDS / 60)) $((SECONDS % 60))
	[ ${#failures[@]} = 0 ] || printf '; failed: %s (logs in %s)' "${failures[*]}" "$logs"
	printf '\n%d passed, %d failed\n' "$passed" "$failed"
	[ ${#failures[@]} = 0 ]
}
