#!/usr/bin/env bash
# Time of the whole 'af backup list' process over a folder of 1,000 backups.
#   list.sh [backups=1000]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

count=${1:-1000}
load sample 20
seconds "$scripts/af" backup create "$work/backups"
original=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -exec basename {} \;)

# Copies under ids of their own; all that names the id is written anew, the rest is hard links.
newest=$(date +%s)
for ((i = 1; i < count; i++)); do
    id=$(date -u -d "@$((newest - i * 3600))" +%Y%m%dT%H%M%SZ)-${original##*-}
    cp -al "$work/backups/$original" "$work/backups/$id"
    for file in manifest.json RESTORE.md; do
        rm "$work/backups/$id/$file"
        sed "s/$original/$id/g" "$work/backups/$original/$file" >"$work/backups/$id/$file"
    done
    rm "$work/backups/$id/manifest.sha256"
    (cd "$work/backups/$id" && sha256sum manifest.json >manifest.sha256)
done

shown=$("$scripts/af" backup list "$work/backups" --json | grep -oE '"id" ?: ?"[0-9]{8}T[0-9]{6}Z-[a-z0-9]{4}"' | sort -u | wc -l || true)
[[ $shown == "$count" ]] || {
    echo "list shows $shown of $count backups" >&2
    exit 1
}
plain=() json=()
for ((i = 1; i <= 9; i++)); do
    seconds "$scripts/af" backup list "$work/backups" && plain+=("$took")
    seconds "$scripts/af" backup list "$work/backups" --json && json+=("$took")
done
echo
limit "list of $count backups, median of 9" "$(median "${plain[@]}")" 0.4 s
limit "list --json of $count backups, median of 9" "$(median "${json[@]}")" 0.4 s
exit "$missed"
