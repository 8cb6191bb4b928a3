#!/usr/bin/env bash
# Most resident memory of the java process on a small and on a large database: it must not grow with the data.
#   memory.sh [small megabytes=100] [large megabytes=2000]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

small=${1:-100} large=${2:-2000}
create=() verify=() restore=()
for megabytes in "$small" "$large"; do
    load "sample_$megabytes" "$megabytes"
    peak "$scripts/af" backup create "$work/backups_$megabytes" --jobs 2 --proof full && create+=("$peak")
    peak "$scripts/af" backup verify latest "$work/backups_$megabytes" && verify+=("$peak")
    peak "$scripts/af" backup restore latest "$work/backups_$megabytes" full --yes && restore+=("$peak")
done

echo
# Flat: a fifth more is noise of the garbage collector, not growth with the data (which is twenty times as large).
flat() { awk -v small="$1" 'BEGIN { printf "%d", small * 1.2 + 5 }'; }
printf '%-52s %10s MB\n' "create, $small MB database" "${create[0]}" "verify, $small MB database" "${verify[0]}" "restore, $small MB database" "${restore[0]}"
limit "create, $large MB database: flat" "${create[1]}" "$(flat "${create[0]}")" MB
limit "verify, $large MB database: flat" "${verify[1]}" "$(flat "${verify[0]}")" MB
limit "restore, $large MB database: flat" "${restore[1]}" "$(flat "${restore[0]}")" MB
limit "most of all" "$(printf '%s\n' "${create[@]}" "${verify[@]}" "${restore[@]}" | sort -n | tail -1)" 200 MB
exit "$missed"
