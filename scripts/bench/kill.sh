#!/usr/bin/env bash
# kill -9 of af at random moments of create and of restore. After each: no child outlives it, no backup is listed that does not verify,
# the live database is whole, and the next run works.
#   kill.sh [times=20] [seed]       the same seed kills at the same moments
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

times=${1:-20} seed=${2:-$RANDOM}
RANDOM=$seed
patience=10 # seconds that children may take to notice that af is gone
broken=0
complain() {
    echo "  ✗ $1"
    broken=$((broken + 1))
}

load agentflow 100
server=$("$scripts/throwaway-postgres.sh" url "$work/postgres")
port=${server%/*} && port=${port##*:}
live() { pg_dump "$AF_DATABASE_URL" 2>/dev/null | sed '/^\\\(un\)\{0,1\}restrict /d' | md5sum; }
databases() { psql -Atc "select string_agg(datname, ' ' order by datname) from pg_database where not datistemplate and datname <> 'postgres'" "$server"; }

# Tools that af started, known by our port in their arguments or environment: other work on this machine is not counted.
children() {
    local folder name
    for folder in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$folder/comm" || continue
        case $name in
        pg_dump | pg_restore | pg_dumpall | psql) ;;
        *) continue ;;
        esac
        if grep -qaF "$port" "$folder/cmdline" "$folder/environ" 2>/dev/null; then
            echo "$name(${folder#/proc/})"
        fi
    done
}

# killed_run SECONDS COMMAND…: starts it and kills it -9 after so long; says whether it was still running.
killed_run() {
    local delay=$1 pid
    shift
    "$@" >"$work/killed" 2>&1 &
    pid=$!
    sleep "$delay"
    if kill -9 "$pid" 2>/dev/null; then
        moment="killed after $delay s"
    else
        moment="was done before $delay s"
    fi
    wait "$pid" 2>/dev/null || true
    for ((waited = 0; waited < patience * 10; waited++)); do
        [[ -z $(children) ]] && return
        sleep 0.1
    done
    complain "still there after $patience s: $(children | tr '\n' ' ')"
}

listed_backups_verify() {
    local id
    for id in $("$scripts/af" backup list "$work/backups" --json | grep -oE '[0-9]{8}T[0-9]{6}Z-[a-z0-9]{4}' | sort -u); do
        "$scripts/af" backup verify "$id" "$work/backups" >"$work/said" 2>&1 || complain "listed, but does not verify: $id: $(tail -1 "$work/said")"
    done
}

seconds "$scripts/af" backup create "$work/backups"
create_time=$took
backed_up=$(live)
seconds "$scripts/af" backup restore latest "$work/backups" full --yes
restore_time=$took
id=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -exec basename {} \;)
[[ $(live) == "$backed_up" ]] || complain "restore without any kill: the database differs"
echo "create takes $create_time s, restore $restore_time s undisturbed; $times kills, seed $seed"

moment_within() { awk -v most="$1" -v random="$RANDOM" 'BEGIN { printf "%.2f", most * random / 32768 }'; }
for ((i = 1; i <= times; i++)); do
    if ((i % 2 == 1)); then
        before=$(live)
        killed_run "$(moment_within "$create_time")" "$scripts/af" backup create "$work/backups"
        echo "$i. create $moment"
        [[ $(live) == "$before" ]] || complain "the live database changed during a create"
    else
        # A row that the backup does not have tells the live database from the restored one.
        psql -qc "insert into tenants (name) values ('after the backup $i')" "$AF_DATABASE_URL"
        before=$(live)
        killed_run "$(moment_within "$restore_time")" "$scripts/af" backup restore "$id" "$work/backups" full --yes
        echo "$i. restore $moment"
        # Between the two renames of the swap no database has the name: the next start of af puts that right.
        "$scripts/af" backup list "$work/backups" >/dev/null 2>&1 || complain "list fails after the kill"
        after=$(live)
        if [[ $after != "$before" && $after != "$backed_up" ]]; then
            # 'list' need not reach the database; a run that does must put it right.
            "$scripts/af" backup restore "$id" "$work/backups" full --yes >"$work/said" 2>&1 || complain "next restore fails: $(tail -1 "$work/said")"
            [[ $(live) == "$backed_up" ]] || complain "the live database is neither what it was nor what was backed up (databases: $(databases))"
        fi
    fi
    listed_backups_verify
done

echo "the next runs:"
seconds "$scripts/af" backup create "$work/backups" && echo "  create works, $took s"
seconds "$scripts/af" backup restore "$id" "$work/backups" full --yes && echo "  restore works, $took s"
[[ $(live) == "$backed_up" ]] || complain "after the last restore the database differs from the backup"
partial=$(find "$work/backups" -mindepth 1 -maxdepth 1 -name '.*partial*')
[[ -z $partial ]] || complain "left behind: $partial"
staging=$(databases | tr ' ' '\n' | grep '_af_' || true)
[[ -z $staging ]] || complain "staging databases left behind: $staging"

echo
limit "broken promises after $times kills" "$broken" 0 ""
exit "$missed"
