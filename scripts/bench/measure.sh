# shellcheck shell=bash disable=SC2034
# Sourced by the measurements beside it: a throw-away PostgreSQL with a sample, times, peak memory, medians and limits.
# Figures mean something on a machine that does nothing else meanwhile.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if ! "$scripts/af" --version >/dev/null 2>&1; then
    echo "${0##*/}: af is not built yet: run scripts/setup.sh first" >&2
    exit 2
fi
bindir=$("$scripts/throwaway-postgres.sh" bindir)
PATH=$bindir:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/af-bench.XXXXXX")
export AF_STATE_DIR=$work/state
chmod 711 "$work" # the account of the server must get through to its folder
clean_up() {
    "$scripts/throwaway-postgres.sh" stop "$work/postgres" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work"

# load DATABASE MEGABYTES: makes the sample and points AF_DATABASE_URL at it.
load() {
    local server
    [[ -e $work/postgres ]] || "$scripts/throwaway-postgres.sh" start "$work/postgres" >/dev/null
    server=$("$scripts/throwaway-postgres.sh" url "$work/postgres")
    psql -qc "create database $1" "$server"
    AF_DATABASE_URL=$("$scripts/throwaway-postgres.sh" url "$work/postgres" "$1")
    export AF_DATABASE_URL
    psql -q -v megabytes="$2" -f "$scripts/sample/agentflow.sql" "$AF_DATABASE_URL"
    # Or the first measured run would share the disk with what loading left to be written.
    psql -qc checkpoint "$AF_DATABASE_URL"
    sync
    echo "sample: $(psql -Atc 'select pg_size_pretty(pg_database_size(current_database()))' "$AF_DATABASE_URL"), $(nproc) cores, $(psql -Atc 'show server_version' "$AF_DATABASE_URL")"
}

# seconds COMMAND…: leaves the time of the whole process in $took; what it says is shown only when it fails.
seconds() {
    local start=${EPOCHREALTIME/[.,]/} end
    "$@" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        echo "${0##*/}: failed: $*" >&2
        exit 1
    }
    end=${EPOCHREALTIME/[.,]/}
    took=$(awk -v t=$((end - start)) 'BEGIN { printf "%.3f", t / 1000000 }')
}

# peak COMMAND…: leaves in $peak the most memory (MB) that the java process held, without its children pg_dump and pg_restore.
peak() {
    local pid candidate name key kilobytes most=0
    "$@" >"$work/said" 2>&1 &
    pid=$!
    while [[ -e /proc/$pid ]]; do
        for candidate in "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
            read -r name 2>/dev/null <"/proc/$candidate/comm" || continue
            [[ $name == java ]] || continue
            while read -r key kilobytes _; do
                [[ $key == VmHWM: ]] && ((kilobytes > most)) && most=$kilobytes
            done 2>/dev/null <"/proc/$candidate/status" || true
        done
        sleep 0.03
    done
    wait "$pid" || {
        cat "$work/said" >&2
        echo "${0##*/}: failed: $*" >&2
        exit 1
    }
    if ((most == 0)); then
        echo "${0##*/}: saw no java process: nothing was measured" >&2
        exit 1
    fi
    peak=$((most / 1024))
}

median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { printf "%.3f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

missed=0
# limit NAME VALUE MOST UNIT: prints one line of the table and remembers whether the limit holds.
limit() {
    local verdict=ok
    awk -v value="$2" -v most="$3" 'BEGIN { exit !(value > most) }' && verdict='OVER THE LIMIT' && missed=1
    printf '%-52s %10s %-4s limit %8s   %s\n' "$1" "$2" "$4" "$3" "$verdict"
}
