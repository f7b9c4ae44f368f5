# The commands of a page, run as they are written on the stack of t/project/doc/run: what is the whole
# machine's (systemd, its accounts, its paths) is replaced, names of units are looked up. Sourced by
# t/project/doc/run, with $top, $work and the stack's environment set.
# shellcheck shell=bash
: "${top:=}" "${work:=}" "${SILO_URL:=}" "${SILO_OWNER_DATABASE:=}" "${SILO_CONFIG_FILE:=}" "${SILO_VAULT:=}"
: "${SILO_SOCKETS:=}" "${SILO_STACK_BUILD:=}" "${SILO_API_PID:=}" "${SILO_EVENTS_PID:=}" "${TOKEN_ADA:=}"

commands_of() { # page
	awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$top/doc/$1.md"
}

items_count() {
	psql -X -A -t "$SILO_OWNER_DATABASE" -c 'select count(*) from silo.items'
}

# The programs by their names, and a machine's own commands where the stack has none of them.
commands_make() {
	local name
	mkdir -p "$work/bin" "$work/home" "$work/backup" "$work/etc"
	for name in silo silo-api silo-events; do ln -sf "$SILO_STACK_BUILD/$name" "$work/bin/$name"; done
	cp "$SILO_CONFIG_FILE" "$work/etc/silo.conf"
	echo a-new-secret-1 >"$work/etc/password"
	cat >"$work/bin/silo-admin" <<-SH
		#!/bin/sh
		# Passwords come from standard input, where a person would be asked.
		case "\$1 \$2" in "user add" | "user passwd") exec "$SILO_STACK_BUILD/silo-admin" "\$@" <"$work/etc/password" ;; esac
		exec "$SILO_STACK_BUILD/silo-admin" "\$@"
	SH
	cat >"$work/bin/runuser" <<-SH
		#!/bin/sh
		[ "\$1 \$2 \$3" = "-u postgres --" ] || exit 2
		shift 3
		PGHOST=$SILO_SOCKETS PGUSER=postgres exec "\$@"
	SH
	cat >"$work/bin/systemctl" <<-SH
		#!/bin/bash
		verb=\$1
		shift
		for unit in "\$@"; do
			[ -e "$top/fcgi/systemd/\${unit%.service}.service.in" ] || [ -e "$top/fcgi/systemd/\$unit.in" ] ||
				[ "\$unit" = nginx ] || [ "\$unit" = postgresql ] || { echo "no unit \$unit" >&2 && exit 1; }
		done
		case \$verb in
		stop)
			kill -TERM $SILO_API_PID $SILO_EVENTS_PID
			for _ in {1..600}; do [ -e /proc/$SILO_API_PID ] || [ -e /proc/$SILO_EVENTS_PID ] || exit 0; sleep 0.1; done
			exit 1 ;;
		reload) kill -HUP $SILO_API_PID ;;
		start | restart | status | daemon-reload) ;;
		*) echo "what is systemctl \$verb?" >&2 && exit 1 ;;
		esac
	SH
	cat >"$work/bin/journalctl" <<-SH
		#!/bin/sh
		[ "\$1" = -u ] && [ -e "$top/fcgi/systemd/\$2.service.in" ]
	SH
	chmod +x "$work"/bin/*
}

# Between two pages: what is lost when a machine is lost.
lose_the_machine() {
	psql -X -q "host=$SILO_SOCKETS dbname=postgres user=postgres" -c 'drop database silo with (force)'
	find "$SILO_VAULT" -mindepth 1 -delete
}

commands_run() { # page; prints what they say, and "finished"
	local script=$work/$1.sh
	commands_make
	{
		if [ "$1" = backup ]; then
			declare -f lose_the_machine
			printf '%s=%q\n' SILO_SOCKETS "$SILO_SOCKETS" SILO_VAULT "$SILO_VAULT"
		fi
		commands_of "$1" | sed -e "s|'dbname=silo user=postgres'|'$SILO_OWNER_DATABASE'|" \
			-e "s|https://silo.example.org|$SILO_URL|g" -e "s|/srv/backup/silo|$work/backup|g" \
			-e "s|/etc/silo/silo.conf|$work/etc/silo.conf|g" -e "s|/var/lib/silo/vault|$SILO_VAULT|g" \
			-e 's|--user ada$|--user ada --password-stdin <<<ada-secret-1|' \
			-e 's|^# The machine is lost.*|lose_the_machine|'
		echo 'echo finished'
	} >"$script"
	env -i PATH="$work/bin:$PATH" HOME="$work/home" LANG=C.UTF-8 SILO_CONFIG="$SILO_CONFIG_FILE" TOKEN="$TOKEN_ADA" \
		bash -eu "$script" 2>&1
}
