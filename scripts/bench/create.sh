#!/usr/bin/env bash
# Time of the whole 'af backup create' process against stock pg_dump alone, on the same database, in alternating pairs; and its memory.
#   create.sh [megabytes=600] [pairs=5]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

megabytes=${1:-600} pairs=${2:-5}
load sample "$megabytes"

stock() { seconds pg_dump -Fd -j2 -Z6 -f "$work/stock" "$AF_DATABASE_URL" && rm -rf "$work/stock"; }
ours() { seconds "$scripts/af" backup create "$work/backups" --jobs 2 --compression-level 6 --proof "$1" && rm -rf "$work/backups"; }

stock && ours none # warm: page cache, class-data archive
none=() full=() stock_times=() none_times=() full_times=()
for ((i = 1; i <= pairs; i++)); do
    stock && base=$took && stock_times+=("$took")
    ours none && none_times+=("$took") && none+=("$(ratio "$took" "$base")")
    stock && base=$took && stock_times+=("$took")
    ours full && full_times+=("$took") && full+=("$(ratio "$took" "$base")")
    printf '  pair %d   create --proof none %s x   --proof full %s x\n' "$i" "${none[-1]}" "${full[-1]}"
done
peak "$scripts/af" backup create "$work/backups" --jobs 2 --compression-level 6 --proof full

echo
printf '%-52s %10s s\n' "pg_dump -Fd -j2 -Z6, median" "$(median "${stock_times[@]}")" \
    "af backup create --proof none, median" "$(median "${none_times[@]}")" "af backup create --proof full, median" "$(median "${full_times[@]}")"
limit "create --proof none / pg_dump, median of $pairs pairs" "$(median "${none[@]}")" 1.10 x
limit "create --proof full / pg_dump, median of $pairs pairs" "$(median "${full[@]}")" 1.30 x
limit "most resident memory of java" "$peak" 200 MB
exit "$missed"
