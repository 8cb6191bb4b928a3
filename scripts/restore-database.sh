#!/usr/bin/env bash
# Restores one database: restore-database.sh <backup-id> [db-url] [backup-dir] [restore-type] [options of 'af backup restore']
# restore-type is full (the default, and so far the only one). Asks before it replaces anything, unless --yes is given or AF_YES=1 is set.
# Without db-url (or with ''), AF_DATABASE_URL or DATABASE_URL is used; prefer that: other users of this machine can read command lines.
# Options take their values with '=': --jobs=2
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
positional=() options=()
for argument in "$@"; do
    case $argument in
    -h | --help) sed -n '2,5s/^# //p' "$0" && exit 0 ;;
    -*) options+=("$argument") ;;
    *) positional+=("$argument") ;;
    esac
done
if ((${#positional[@]} < 1 || ${#positional[@]} > 4)); then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
if [[ -n ${positional[1]:-} ]]; then
    export AF_DATABASE_URL=${positional[1]}
fi
if [[ ${AF_YES:-} == 1 ]]; then
    options+=(--yes)
fi
# Ours alone: af itself does not know it.
unset AF_YES
exec "$scripts/af" backup restore "${positional[0]}" "${positional[2]:-./backups}" "${positional[3]:-full}" "${options[@]}"
