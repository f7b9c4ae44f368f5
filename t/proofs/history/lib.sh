# What the history check and the faults share: the programs, the users, one load with its judge.
# Sourced by bash with set -eu; needs $top.
# shellcheck shell=bash
: "${top:=.}"
history_editors='alice bob carl dora emil'
history_admins='ada'

history_build() { # folder for the programs
	local flags="-std=c17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow" from=$top/t/proofs/history
	# shellcheck disable=SC2046,SC2086 # lists of flags
	cc $flags -o "$1/load" "$from"/{load,client,request,ends,exchange,stops}.c $(pkg-config --cflags --libs libpq) -pthread
	# shellcheck disable=SC2046,SC2086
	cc $flags -o "$1/judge" "$from"/{judge,round,story,answers}.c $(pkg-config --cflags --libs libpq)
	# shellcheck disable=SC2086
	cc $flags -o "$1/reader" "$from/reader.c"
}

# The users of the load and their tokens, as lines "name role token"; $SILO_DIR/env has been read.
history_users() { # file
	local name
	admin() {
		SILO_DATABASE=$SILO_OWNER_DATABASE "$SILO_STACK_BUILD/silo-admin" --config "$SILO_CONFIG_FILE" "$@"
	}
	: >"$1"
	chmod 0600 "$1"
	for name in $history_editors; do
		case $name in
		alice | bob) ;;
		*) printf '%s\n' "$name-secret-1" | admin user add "$name" --role editor >/dev/null ;;
		esac
		echo "$name editor $(admin token create "$name" --name history | grep -o 'silo_[A-Za-z0-9_-]*')" >>"$1"
	done
	echo "ada admin $TOKEN_ADA" >>"$1"
}
