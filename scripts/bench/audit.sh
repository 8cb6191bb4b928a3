#!/usr/bin/env bash
# Records a second of 'af audit verify', hashes recomputed, on a database of a million records; and its memory.
#   audit.sh [records=1000000]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

records=${1:-1000000}
load small 15
psql -qc 'create database audits' "$AF_DATABASE_URL"
AF_DATABASE_URL=$("$scripts/throwaway-postgres.sh" url "$work/postgres" audits)
export AF_DATABASE_URL
psql -q -v tenants=200 -v messages=1000 -v audits="$records" -f "$scripts/sample/agentflow.sql" "$AF_DATABASE_URL"

rates=()
for _ in 1 2 3; do
    rates+=("$("$scripts/af" audit verify --json | sed -n 's/.*"recordsPerSecond" *: *\([0-9]*\).*/\1/p')")
done
peak "$scripts/af" audit verify

echo
printf '%-52s %10s records\n' "records" "$records"
printf '%-52s %10s a second\n' "af audit verify, median of 3" "$(median "${rates[@]}")"
[ "$(median "${rates[@]}" | cut -d. -f1)" -ge 200000 ] || { echo "below 200,000 a second   OVER THE LIMIT"; missed=1; }
limit "most resident memory of java" "$peak" 200 MB
exit "$missed"
