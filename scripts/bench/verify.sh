#!/usr/bin/env bash
# Time of the whole 'af backup verify' process against stock sha256sum over the same files, in alternating pairs.
# The files are stored uncompressed, so that there are as many bytes as the database is large: the JVM's start takes as
# long as sha256sum takes for 80 MB, and a small backup would measure that.
#   verify.sh [megabytes of database=2000] [pairs=5] [compression level=0]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

megabytes=${1:-2000} pairs=${2:-5} level=${3:-0}
load sample "$megabytes"
seconds "$scripts/af" backup create "$work/backups" --jobs 2 --proof none --compression-level "$level"
folder=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d -not -name '.*')
echo "backup: $(du -sm "$folder" | cut -f1) MB in $(find "$folder" -type f | wc -l) files"

stock() { seconds find "$folder" -type f -not -path '*/evidence/*' -exec sha256sum {} +; }
ours() { seconds "$scripts/af" backup verify latest "$work/backups"; }
stock && ours # warm
ratios=() stock_times=() our_times=()
for ((i = 1; i <= pairs; i++)); do
    stock && base=$took && stock_times+=("$took")
    ours && our_times+=("$took") && ratios+=("$(ratio "$took" "$base")")
done

echo
printf '%-52s %10s s\n' "sha256sum, median" "$(median "${stock_times[@]}")" "af backup verify, median" "$(median "${our_times[@]}")"
limit "verify / sha256sum, median of $pairs pairs" "$(median "${ratios[@]}")" 0.5 x
exit "$missed"
