# The yardsticks of t/bench, each started once, privately, when a work first asks for it: an nginx
# (a libfcgi hello, static files, WebDAV PUT), another
# with nchan, Apache's mod_dav_svn and lighttpd's mod_webdav.
# Sourced by t/bench/run.  The WebDAV servers ask who it is, as Silo does, out of as many users; all keep
# no log beyond what Silo's nginx keeps.
# shellcheck shell=bash
: "${users:=}" "${workers:=}" "${top:=}" "${work:=}" "${SILO_ACCOUNT:=}" "${SILO_VAULT:=}"
dav_files=10000
yardstick_pids=()
declare -A yardstick_port=()

yardsticks_down() {
	local pid
	for pid in ${yardstick_pids[@]+"${yardstick_pids[@]}"}; do
		kill "$pid" 2>/dev/null || true
	done
	for pid in ${yardstick_pids[@]+"${yardstick_pids[@]}"}; do
		tail --pid="$pid" -f /dev/null 2>/dev/null || true
	done
	yardstick_pids=()
}

as_stack() { # command...
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid "$SILO_ACCOUNT" --regid "$(id -g "$SILO_ACCOUNT")" --clear-groups -- "$@"
	else
		"$@"
	fi
}

free_port() {
	local port
	while port=$((18000 + RANDOM % 14000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	echo "$port"
}

# Waits until the port is served and the program has said who it is.
await_yardstick() { # name port pid-file
	local tries
	for ((tries = 200; tries > 0; tries--)); do
		if [ -s "$3" ] && (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
			yardstick_pids+=("$(cat "$3")")
			yardstick_port[$1]=$2
			return 0
		fi
		sleep 0.05
	done
	echo "t/bench: $1 did not start; see $work/$1" >&2
	return 1
}

yardstick_folder() { # name
	install -d "$work/$1"
	[ "$(id -u)" != 0 ] || chown "$SILO_ACCOUNT" "$work/$1"
}

# A tree of small files, a hundred to a folder.
dav_tree() { # folder
	local n
	for ((n = 0; n < dav_files / 100; n++)); do
		mkdir -p "$1/$n"
		(cd "$1/$n" && seq -f "f%.0f" $((n * 100)) $((n * 100 + 99)) | xargs -I{} sh -c 'echo x >{}' 2>/dev/null) || return
	done
}

yardstick_nginx() {
	local port hello=$work/nginx/hello.sock
	[ -z "${yardstick_port[nginx]:-}" ] || return 0
	yardstick_folder nginx
	cc -std=gnu17 -O2 -o "$work/nginx/hello" "$top/t/bench/load/hello.c" -lfcgi
	chmod 755 "$work/nginx/hello"
	as_stack "$work/nginx/hello" "$hello" "$workers" "$work/nginx/hello.pid"
	until [ -s "$work/nginx/hello.pid" ]; do sleep 0.02; done
	yardstick_pids+=("$(cat "$work/nginx/hello.pid")")
	port=$(free_port)
	as_stack mkdir -p "$work/nginx/put" "$work/nginx/tmp"
	cat >"$work/nginx.conf" <<-CONF
		worker_processes 2;
		worker_rlimit_nofile $(ulimit -n);
		pid $work/nginx/pid;
		events { worker_connections $(($(ulimit -n) - 256)); }
		http {
			log_format silo '\$remote_addr [\$time_iso8601] "\$request_method \$request_uri" \$status \$body_bytes_sent \$request_time \$request_id';
			access_log $work/nginx/access.log silo;
			sendfile on; tcp_nopush on; keepalive_timeout 65s;
			client_body_temp_path $work/nginx/tmp; proxy_temp_path $work/nginx/p; fastcgi_temp_path $work/nginx/f;
			uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
			client_max_body_size 2200m; client_body_buffer_size 64k;
			server {
				listen 127.0.0.1:$port;
				location = /hello { include /etc/nginx/fastcgi_params; fastcgi_pass unix:$hello; }
				location = /fresh {
					access_log off;
					fastcgi_param REQUEST_METHOD GET; fastcgi_param REQUEST_URI /ready; fastcgi_param SCRIPT_NAME "";
					fastcgi_pass unix:$work/fresh/api.sock;
				}
				location /vault/ { alias $SILO_VAULT/; }
				location /put/ { root $work/nginx; dav_methods PUT; create_full_put_path on; }
			}
		}
	CONF
	as_stack "$(command -v nginx || echo /usr/sbin/nginx)" -q -p "$work/nginx" -c "$work/nginx.conf" -e "$work/nginx/error.log"
	await_yardstick nginx "$port" "$work/nginx/pid"
}

# nchan insists on nginx's own folders for temporary files; the rest as above.
yardstick_nchan() {
	local port module
	[ -z "${yardstick_port[nchan]:-}" ] || return 0
	yardstick_folder nchan
	module=$(find /usr/lib/nginx/modules -name ngx_nchan_module.so)
	port=$(free_port)
	cat >"$work/nchan.conf" <<-CONF
		load_module $module;
		worker_processes 2;
		worker_rlimit_nofile $(ulimit -n);
		pid $work/nchan/pid;
		events { worker_connections $(($(ulimit -n) - 256)); }
		http {
			access_log off;
			nchan_shared_memory_size 256m;
			server {
				listen 127.0.0.1:$port;
				location = /sub { nchan_subscriber eventsource; nchan_channel_id fan; nchan_subscriber_first_message newest; }
				location = /pub { nchan_publisher; nchan_channel_id fan; nchan_message_buffer_length 1; }
			}
		}
	CONF
	"$(command -v nginx || echo /usr/sbin/nginx)" -q -p "$work/nchan" -c "$work/nchan.conf" -e "$work/nchan/error.log"
	await_yardstick nchan "$port" "$work/nchan/pid"
}

# Files in a Subversion repository, locked by path.  Passwords as cheap to look up and to check as Apache
# can: an index, SHA-1.
yardstick_svn() {
	local port n modules=/usr/lib/apache2/modules
	[ -z "${yardstick_port[svn]:-}" ] || return 0
	yardstick_folder svn
	as_stack htdbm -cbs "$work/svn/users" u1 p >/dev/null 2>&1
	for ((n = 2; n <= users; n++)); do as_stack htdbm -bs "$work/svn/users" "u$n" p >/dev/null 2>&1; done
	as_stack svnadmin create "$work/svn/repository"
	as_stack mkdir -p "$work/svn/tree"
	# shellcheck disable=SC2016 # for the inner shell
	(export -f dav_tree && export dav_files && as_stack bash -c 'dav_tree "$1"' - "$work/svn/tree")
	as_stack env HOME="$work/svn" svn import -q -m files "$work/svn/tree" "file://$work/svn/repository"
	port=$(free_port)
	cat >"$work/svn.conf" <<-CONF
		ServerRoot $work/svn
		ServerName localhost
		Listen 127.0.0.1:$port
		PidFile $work/svn/pid
		Mutex file:$work/svn
		ErrorLog $work/svn/error.log
		LoadModule mpm_event_module $modules/mod_mpm_event.so
		LoadModule authn_core_module $modules/mod_authn_core.so
		LoadModule authn_dbm_module $modules/mod_authn_dbm.so
		LoadModule authz_core_module $modules/mod_authz_core.so
		LoadModule authz_user_module $modules/mod_authz_user.so
		LoadModule auth_basic_module $modules/mod_auth_basic.so
		LoadModule dav_module $modules/mod_dav.so
		LoadModule dav_svn_module $modules/mod_dav_svn.so
		ThreadsPerChild 25
		KeepAlive On
		MaxKeepAliveRequests 0
		SVNInMemoryCacheSize 65536
		<Location /svn>
			DAV svn
			SVNPath $work/svn/repository
			AuthType Basic
			AuthName bench
			AuthBasicProvider dbm
			AuthDBMUserFile $work/svn/users
			Require valid-user
		</Location>
	CONF
	as_stack apache2 -f "$work/svn.conf" -k start
	await_yardstick svn "$port" "$work/svn/pid"
}

yardstick_lighttpd() {
	local port
	[ -z "${yardstick_port[lighttpd]:-}" ] || return 0
	yardstick_folder lighttpd
	as_stack mkdir -p "$work/lighttpd/tree" "$work/lighttpd/tmp"
	seq -f 'u%.0f:{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k=' "$users" >"$work/lighttpd/users"
	# shellcheck disable=SC2016 # for the inner shell
	(export -f dav_tree && export dav_files && as_stack bash -c 'dav_tree "$1"' - "$work/lighttpd/tree")
	port=$(free_port)
	cat >"$work/lighttpd.conf" <<-CONF
		server.modules = ("mod_auth", "mod_authn_file", "mod_webdav")
		server.document-root = "$work/lighttpd"
		server.port = $port
		server.bind = "127.0.0.1"
		server.pid-file = "$work/lighttpd/pid"
		server.errorlog = "$work/lighttpd/error.log"
		server.upload-dirs = ("$work/lighttpd/tmp")
		server.max-keep-alive-requests = 1000000
		auth.backend = "htpasswd"
		auth.backend.htpasswd.userfile = "$work/lighttpd/users"
		auth.cache = ("max-age" => "600")
		\$HTTP["url"] =~ "^/tree/" {
			auth.require = ("" => ("method" => "basic", "realm" => "bench", "require" => "valid-user"))
			webdav.activate = "enable"
			webdav.sqlite-db-name = "$work/lighttpd/locks.db"
		}
	CONF
	as_stack lighttpd -f "$work/lighttpd.conf"
	await_yardstick lighttpd "$port" "$work/lighttpd/pid"
}
