#!/usr/bin/env bash
# Starts and stops a throw-away PostgreSQL cluster on a free loopback port. Everything it makes lives in one folder.
#
#   throwaway-postgres.sh start FOLDER    make and start a cluster, print its connection string (with its password)
#   throwaway-postgres.sh url FOLDER [DATABASE]   print the connection string again, for another database if named
#   throwaway-postgres.sh stop FOLDER     stop it and remove the folder
#   throwaway-postgres.sh bindir          print the folder of the newest PostgreSQL here (PG_BINDIR overrides)
#
# It is tuned for speed and not for safety (fsync is off): never keep data in it.
set -euo pipefail

fail() { echo "throwaway-postgres: $1" >&2; exit 1; }

bindir() {
    local found=() folder
    if [[ -n ${PG_BINDIR:-} ]]; then
        echo "$PG_BINDIR"
        return
    fi
    # Debian and Red Hat keep the server off PATH, Homebrew keeps old majors off it.
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        [[ -x $folder/initdb && -x $folder/postgres ]] && found+=("$folder")
    done
    if ((${#found[@]} > 0)); then
        printf '%s\n' "${found[@]}" | sort -V | tail -1
    elif command -v initdb >/dev/null && command -v postgres >/dev/null; then
        dirname "$(command -v initdb)"
    else
        fail "no PostgreSQL server here; install it (Debian: apt-get install postgresql, or run scripts/setup.sh) or set PG_BINDIR"
    fi
}

# PostgreSQL refuses to run as root, so root hands over to the account that Debian's package made.
unprivileged() {
    if ((EUID == 0)); then
        setpriv --reuid=postgres --regid=postgres --init-groups env -C / HOME=/tmp "$@"
    else
        "$@"
    fi
}

start() {
    local folder=$1 bin password port locale=C attempt
    bin=$(bindir)
    [[ -e $folder/cluster ]] && fail "$folder already holds a cluster"
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd -P)
    mkdir -m 700 "$folder/cluster"
    if ((EUID == 0)); then
        id postgres >/dev/null 2>&1 || fail "running as root and there is no account 'postgres' to run the server as"
        chmod o+x "$folder"
        chown postgres: "$folder/cluster"
        unprivileged test -w "$folder/cluster" || fail "account 'postgres' cannot reach $folder: choose a folder under /tmp"
    fi
    password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    unprivileged tee "$folder/cluster/password" >/dev/null <<<"$password"
    locale -a 2>/dev/null | grep -qixE 'C\.utf-?8' && locale=C.UTF-8
    # A password and no socket: on a shared machine, nobody else becomes superuser of this cluster.
    if ! unprivileged "$bin/initdb" --pgdata "$folder/cluster/data" --username postgres --auth scram-sha-256 --encoding UTF8 \
        --locale "$locale" --no-sync --pwfile "$folder/cluster/password" >"$folder/initdb.log" 2>&1; then
        cat "$folder/initdb.log" >&2
        stop "$folder"
        fail "initdb failed"
    fi
    rm "$folder/cluster/password"
    unprivileged tee -a "$folder/cluster/data/postgresql.conf" >/dev/null <<-'CONF'
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		wal_level = minimal
		max_wal_senders = 0
		max_wal_size = 4GB
		shared_buffers = 256MB
		maintenance_work_mem = 256MB
		log_checkpoints = off
	CONF
    # Another program may take the port between our look and the server's bind: then try another one.
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null && continue
        if unprivileged "$bin/pg_ctl" start --pgdata "$folder/cluster/data" --wait --silent --log "$folder/cluster/server.log" \
            --options "-p $port" </dev/null >/dev/null 2>&1; then
            (umask 077 && echo "postgresql://postgres:$password@127.0.0.1:$port" >"$folder/url")
            url "$folder"
            return
        fi
    done
    tail -5 "$folder/cluster/server.log" >&2
    fail "the server does not start (after $attempt attempts)"
}

url() {
    [[ -r $1/url ]] || fail "no cluster in $1"
    echo "$(<"$1/url")/${2:-postgres}"
}

stop() {
    local folder=$1 bin port
    bin=$(bindir)
    if [[ -f $folder/cluster/data/postmaster.pid ]]; then
        port=$(unprivileged sed -n 4p "$folder/cluster/data/postmaster.pid")
        unprivileged "$bin/pg_ctl" stop --pgdata "$folder/cluster/data" --mode immediate --silent >/dev/null 2>&1 || true
        # A server that was killed leaves its pid file: what counts is that nobody listens.
        if (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then
            fail "the cluster in $folder does not stop"
        fi
    fi
    rm -rf "$folder/cluster" "$folder/url" "$folder/initdb.log"
    # Only when empty: whatever else the caller put there is not ours to remove.
    rmdir "$folder" 2>/dev/null || true
}

case "${1:-} $#" in
"start 2") start "$2" ;;
"url 2" | "url 3") url "$2" "${3:-}" ;;
"stop 2") stop "$2" ;;
"bindir 1") bindir ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
