#!/usr/bin/env bash
# Backs up one database: backup-database.sh [db-url] [backup-dir] [jobs] [compression-level] [options of 'af backup create']
# Without db-url (or with ''), AF_DATABASE_URL or DATABASE_URL is used; prefer that: other users of this machine can read command lines.
# Options take their values with '=': --proof=counts
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
positional=() options=()
for argument in "$@"; do
    case $argument in
    -h | --help) sed -n '2,4s/^# //p' "$0" && exit 0 ;;
    -*) options+=("$argument") ;;
    *) positional+=("$argument") ;;
    esac
done
if ((${#positional[@]} > 4)); then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
# By the environment, so that the password is in no argument list of ours.
if [[ -n ${positional[0]:-} ]]; then
    export AF_DATABASE_URL=${positional[0]}
fi
exec "$scripts/af" backup create "${positional[1]:-./backups}" --jobs "${positional[2]:-4}" --compression-level "${positional[3]:-6}" "${options[@]}"
