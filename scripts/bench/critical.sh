#!/usr/bin/env bash
# How long it takes to bring one dropped table back into a live database, and that no other table has a row more or less.
#   critical.sh [megabytes=600]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

load sample "${1:-600}"
"$scripts/af" backup create --jobs 2 >/dev/null 2>&1

# Name, rows and content of every table, one a line.
tables() {
    local table
    psql -Atc "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1" "$AF_DATABASE_URL" |
        while read -r table; do
            psql -Atc "select '$table', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from $table t" "$AF_DATABASE_URL"
        done
}

same() { # expected, what
    if [[ $(tables) == "$1" ]]; then
        printf '%-52s %10s\n' "every row of every table, after $2" "the same"
    else
        printf '%-52s %10s\n' "every row of every table, after $2" DIFFERENT
        missed=1
    fi
}

before=$(tables)
rows=$(psql -Atc 'select count(*) from users' "$AF_DATABASE_URL")
psql -qc 'set client_min_messages = warning; drop table users cascade' "$AF_DATABASE_URL"
seconds "$scripts/af" backup restore latest critical --tables users --yes
dropped=$took
same "$before" "drop table users cascade"

psql -qc "delete from rbac_bindings; update users set role = 'lost'" "$AF_DATABASE_URL"
seconds "$scripts/af" backup restore latest critical --tables users,rbac_bindings --replace --yes
replaced=$took
same "$before" "delete and update"
psql -qc 'drop table messages cascade' "$AF_DATABASE_URL"
peak "$scripts/af" backup restore latest critical --tables messages --yes
same "$before" "drop table messages cascade"

echo
printf '%-52s %10s\n' "rows of users" "$rows"
limit "users is dropped and comes back" "$dropped" 10 s
limit "users and rbac_bindings get their rows back" "$replaced" 10 s
limit "most resident memory of java, for messages" "$peak" 200 MB
exit "$missed"
