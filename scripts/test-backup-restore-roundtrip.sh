#!/usr/bin/env bash
# Proves the whole cycle on the baseline data set of 1,000 records: backup, verify, damage, restore, compare with stock pg_dump.
#
#   test-backup-restore-roundtrip.sh            in a throw-away PostgreSQL
#   test-backup-restore-roundtrip.sh db-url     in a scratch database on that cluster; the database of the URL itself is not touched
#
# Fails when the cycle takes over 5 minutes, or verifying over 30 seconds (the seed's targets).
set -euo pipefail

limit_cycle=300 limit_verify=30
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/af-roundtrip.XXXXXX")
export AF_STATE_DIR=$work/state
chmod 711 "$work" # the account of the server must get through to its folder
scratch=af_roundtrip_$$
admin_url='' cluster=''

clean_up() {
    if [[ -n $cluster ]]; then
        "$scripts/throwaway-postgres.sh" stop "$work/postgres" || true
    elif [[ -n $admin_url ]]; then
        # The scratch database, and the copies that a restore keeps beside it.
        psql -Atqc "select format('drop database %I with (force)', datname) from pg_database where datname ~ '^$scratch(_|\$)'" "$admin_url" |
            while read -r statement; do psql -qc "$statement" "$admin_url" || true; done
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "✗ $1" >&2
    exit 1
}

now() { echo "${EPOCHREALTIME/[.,]/}"; } # microseconds

# timed NAME COMMAND…: runs it and prints how long it took; leaves the microseconds in $took.
timed() {
    local name=$1 start
    shift
    start=$(now)
    "$@" || fail "$name failed (exit code $?)"
    took=$(($(now) - start))
    printf '  %-10s %4d.%03d s\n' "$name" $((took / 1000000)) $((took / 1000 % 1000))
}

# Shows what a command said only when it fails.
quietly() {
    "$@" >"$work/said" 2>&1 || {
        local code=$?
        cat "$work/said" >&2
        return "$code"
    }
}
run_sql() { psql -v ON_ERROR_STOP=1 -qAt "$@" "$AF_DATABASE_URL"; }
# Newer pg_dump writes a random key into its output; everything else must be the same.
plain_dump() { pg_dump "$AF_DATABASE_URL" | sed '/^\\\(un\)\{0,1\}restrict /d'; }

bindir=$("$scripts/throwaway-postgres.sh" bindir 2>/dev/null || true)
PATH=${bindir:+$bindir:}$PATH
if [[ -n ${1:-} ]]; then
    admin_url=$1
    [[ $admin_url =~ ^(postgres(ql)?://[^/?]*)(/[^?]*)?(\?.*)?$ ]] || fail "not a PostgreSQL connection string (postgresql://…): '${admin_url%%:*}:…'"
    export AF_DATABASE_URL=${BASH_REMATCH[1]}/$scratch${BASH_REMATCH[4]}
else
    cluster=throwaway
    admin_url=$("$scripts/throwaway-postgres.sh" start "$work/postgres")
    AF_DATABASE_URL=$("$scripts/throwaway-postgres.sh" url "$work/postgres" "$scratch")
    export AF_DATABASE_URL
fi
cd "$work"

echo "Backup and restore round trip on the baseline data set"
psql -v ON_ERROR_STOP=1 -qc "create database $scratch template template0 encoding 'UTF8'" "$admin_url"
psql -q -v tenants=5 -v messages=600 -v audits=70 -f "$scripts/sample/agentflow.sql" "$AF_DATABASE_URL"
records=$(run_sql -c "select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', oid::regclass), false, true, '')))[1]::text::integer)
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
[[ $records == 1000 ]] || fail "the baseline data set has $records records, not 1000"
plain_dump >before.sql

cycle_start=$(now)
timed backup quietly "$scripts/af" backup create "$work/backups"
id=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -exec basename {} \;)
[[ $id =~ ^[0-9]{8}T[0-9]{6}Z-[a-z0-9]{4}$ ]] || fail "expected one backup in $work/backups, found: '$id'"
timed verify quietly "$scripts/af" backup verify "$id" "$work/backups"
verify_took=$took
run_sql -c 'set client_min_messages = warning' -c 'drop table users cascade' -c "update messages set payload = '{}'" -c 'delete from audits where ts > (select min(ts) from audits)'
plain_dump >damaged.sql
cmp -s before.sql damaged.sql && fail "the damage is not visible in a dump: this test would prove nothing"
timed restore quietly "$scripts/af" backup restore "$id" "$work/backups" full --yes
took=$(($(now) - cycle_start))
plain_dump >after.sql

printf '  %-10s %4d.%03d s\n' cycle $((took / 1000000)) $((took / 1000 % 1000))
cmp -s before.sql after.sql || fail "the restored database differs from the original: $(diff before.sql after.sql | head -5)"
[[ $(psql -v only_broken=1 -f "$scripts/sample/audit-chain.sql" "$AF_DATABASE_URL") == 0 ]] || fail "the audit chain is broken after the restore"
((took <= limit_cycle * 1000000)) || fail "the cycle took longer than $limit_cycle s"
((verify_took <= limit_verify * 1000000)) || fail "verifying took longer than $limit_verify s"
echo "✓ $records records backed up, verified, damaged and restored; pg_dump of before and after do not differ"
