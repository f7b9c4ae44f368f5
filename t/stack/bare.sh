# Bare Debian roots, for what must work on a machine that is not ours: made by debootstrap from the
# mirrors that this machine's apt uses, entered with processes and mounts of their own.  Needs root.
# With $bare_cache, a folder, the packages are downloaded once.
# Sourced by bash with set -eu.
# shellcheck shell=bash
: "${bare_cache:=}"

# Why no root can be made here; nothing when one can.
bare_hindrance() {
	if [ "$(id -u)" != 0 ]; then
		echo "only root can make a root of its own"
	elif ! command -v debootstrap >/dev/null; then
		echo "debootstrap is missing (t/stack/packages check installs it)"
	elif ! unshare --mount --pid --net --fork true 2>/dev/null; then
		echo "this machine lets nobody unshare"
	elif [ -z "$(bare_mirror)" ]; then
		echo "no Debian mirror is configured"
	fi
}

# The first mirror in this machine's sources: Debian's own, or `bare_mirror -security`.
bare_mirror() {
	sed -nE 's/^(URIs: *|deb (\[[^]]*\] )?)(https?:[^ ]*\/debian'"${1:-}"')\/?( .*)?$/\3/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1
}

bare_sources() { # suite
	local security
	echo "deb $(bare_mirror) $1 main"
	case $1 in sid | unstable) return ;; esac
	echo "deb $(bare_mirror) $1-updates main"
	security=$(bare_mirror -security)
	[ -z "$security" ] || echo "deb $security $1-security main"
}

# A root of that suite with what every Debian machine has; no package starts a service in it.
# npm and apt reach what they reach here.
bare_make() { # root suite
	local root=$1 suite=$2 file
	[ -z "$bare_cache" ] || mkdir -p "$bare_cache"
	debootstrap --variant=minbase --include=systemd,systemd-sysv,ca-certificates \
		${bare_cache:+--cache-dir="$(cd "$bare_cache" && pwd -P)"} "$suite" "$root" "$(bare_mirror)" || return
	bare_sources "$suite" >"$root/etc/apt/sources.list"
	cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
	for file in /etc/apt/apt.conf.d/*proxy* /etc/npmrc /root/.npmrc /usr/local/share/ca-certificates/*.crt; do
		[ ! -f "$file" ] || cp "$file" "$root$file"
	done
	# A root that is thrown away need not survive a power cut.
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	[ -z "$bare_cache" ] || bare_link_packages "$bare_cache" "$root/var/cache/apt/archives"
	bare_run "$root" net sh -c 'update-ca-certificates && apt-get -q update && apt-get -q -y upgrade'
}

# Brings the packages that lie in one folder into another that lacks them.
bare_link_packages() { # from to
	local file
	for file in "$1"/*.deb; do
		[ ! -e "$file" ] || [ -e "$2/${file##*/}" ] || ln "$file" "$2/" 2>/dev/null || cp "$file" "$2/" || return
	done
}

# Keeps what has been downloaded in the root for the next one.
bare_keep_packages() { # root
	[ -z "$bare_cache" ] || bare_link_packages "$1/var/cache/apt/archives" "$bare_cache"
}

# Runs a command in the root, with this machine's network, or with none but its own loopback.
bare_run() { # root net|alone command...
	local root=$1 net=() carried=() name
	[ "$2" = net ] || net=(--net)
	shift 2
	for name in http_proxy https_proxy no_proxy NODE_EXTRA_CA_CERTS; do
		[ -z "${!name:-}" ] || carried+=("$name=${!name}")
	done
	# shellcheck disable=SC2016 # inside
	unshare --mount --pid --fork --kill-child ${net[@]+"${net[@]}"} sh -c '
		root=$1
		shift
		# A mount of its own, or nobody inside could make another root and enter it.
		mount --make-rprivate / && mount --bind "$root" "$root" || exit
		mount -t proc proc "$root/proc" && mount -t sysfs -o ro sysfs "$root/sys" &&
			mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" || exit
		for name in null zero full random urandom tty; do
			[ -c "$root/dev/$name" ] || { touch "$root/dev/$name" && mount --bind "/dev/$name" "$root/dev/$name"; } || exit
		done
		mkdir -p "$root/dev/pts" && mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts" || exit
		ln -sf pts/ptmx "$root/dev/ptmx"
		exec chroot "$root" env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$root" \
		${carried[@]+"${carried[@]}"} "$@"
}

# Removes a root; nothing of this machine is mounted in it, as each run has mounts of its own.
bare_remove() { # root
	rm -rf --one-file-system "${1:?}"
}
