#!/usr/bin/env bash
# The whole story in under a minute: an AgentFlow database is backed up, broken, and brought back with proof.
#
#   demo.sh           in a throw-away PostgreSQL; leaves nothing behind
#   demo.sh --keep    leaves the database and its backups, and says how to reach and remove them
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
keep=no
case "${1:-}" in
--keep) keep=yes ;;
"") ;;
*)
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

bold='' dim='' plain=''
if [[ -t 1 ]]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# run 'COMMAND': shows the very line that a person would type, then runs it.
run() {
    printf '%s$ %s%s\n' "$dim" "$1" "$plain"
    eval "$1"
}

"$scripts/setup.sh"

started=${EPOCHREALTIME/[.,]/}
work=$(mktemp -d "${TMPDIR:-/tmp}/af-demo.XXXXXX")
export AF_STATE_DIR=$work/state
chmod 711 "$work" # the account of the server must get through to its folder
clean_up() {
    [[ $keep == yes && -f $work/kept ]] && return
    "$scripts/throwaway-postgres.sh" stop "$work/postgres" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bindir=$("$scripts/throwaway-postgres.sh" bindir)
export PATH=$scripts:$bindir:$PATH
cd "$work"

say "1. A running AgentFlow: a throw-away PostgreSQL with 100 tenants, their users, agents, messages and audit records"
server=$("$scripts/throwaway-postgres.sh" start "$work/postgres")
psql -qc 'create database agentflow' "$server"
AF_DATABASE_URL=$("$scripts/throwaway-postgres.sh" url "$work/postgres" agentflow)
export AF_DATABASE_URL
psql -q -v megabytes=60 -f "$scripts/sample/agentflow.sql" "$AF_DATABASE_URL"
# What the application sees, before and after.
cat >application.sql <<SQL
select 'users:         ' || count(*) as "-" from users;
select 'messages:      ' || count(*) || ', ' || count(*) filter (where payload = '{}') || ' of them empty, ' || pg_size_pretty(pg_database_size(current_database())) || ' in all' from messages;
\i $scripts/sample/audit-chain.sql
SQL
look() { # [variable that holds the connection string]
    # The rest is looked at even when a table is missing. (What run gets is a command line, to be expanded there.)
    run "psql -qAt -f application.sql \"\$${1:-AF_DATABASE_URL}\"" 2>&1 | sed "s|psql:application.sql:[0-9]*: ||; /^LINE/d; /^ *^/d"
}
look

say "2. Back it up: one snapshot, every file digested, read back and only then published"
run 'af backup create'
run 'af backup list'
id=$(find backups -mindepth 1 -maxdepth 1 -type d -not -name '.*' -exec basename {} \;)

say "3. Disaster: somebody drops users, empties a quarter of the messages and rewrites the audit trail"
run "psql -q \"\$AF_DATABASE_URL\" -c 'drop table users cascade' -c \"update messages set payload = '{}' where ts < '2026-09-01 03:00Z'\" \\
    -c \"update audits set action = 'nothing.happened' where action = 'role.bind'\" -c \"delete from audits where action = 'agent.update'\""
look

say "4. Is the backup good? Then bring it back: beside the live database, proven equal, swapped in"
run 'af backup verify latest'
run 'af backup restore latest --yes'
look

say "5. No trust in us needed: stock tools check and restore the same files, as the backup's RESTORE.md says"
run "(cd backups/$id && sha256sum --check *.sha256 | tail -3)"
run "psql -qc 'create database restored' \"\$AF_DATABASE_URL\""
RESTORED_URL=${AF_DATABASE_URL%/*}/restored
export RESTORED_URL
run "pg_restore --exit-on-error --jobs=4 --dbname=\"\$RESTORED_URL\" backups/$id/data"
look RESTORED_URL

seconds=$(((${EPOCHREALTIME/[.,]/} - started) / 1000000))
if [[ $keep == yes ]]; then
    touch "$work/kept"
    say "Done in $seconds s. The database is still running:"
    cat <<-TEXT
	  connect    psql '$AF_DATABASE_URL'
	  go on      cd $work; export PATH=$scripts:\$PATH AF_DATABASE_URL='$AF_DATABASE_URL'; af backup list
	  remove it  $scripts/throwaway-postgres.sh stop $work/postgres; rm -r $work
	TEXT
else
    say "Done in $seconds s. The throw-away PostgreSQL and its backups are removed now (demo.sh --keep leaves them)."
fi
