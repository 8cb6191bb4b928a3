#!/bin/bash
# Fetches Azurite, Microsoft's own emulator of Azure Storage, for the tests. Needs node and npm.
#
#   azurite.sh fetch     fetch it unless it is here
#   azurite.sh program   print where it is; exit code 1 if it is not here
#
# It goes to ~/.cache/af/azurite; AF_AZURITE_CACHE names another folder.
set -euo pipefail
version=3.35.0
cache=${AF_AZURITE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/af/azurite}

case ${1:-} in
fetch)
  # Last, so that an interrupted installation is not taken for a whole one.
  if [ ! -f "$cache/complete-$version" ]; then
    mkdir -p "$cache"
    npm install --prefix "$cache" --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund --silent "azurite@$version"
    touch "$cache/complete-$version"
  fi
  ;;
program)
  [ -f "$cache/complete-$version" ] || exit 1
  echo "$cache/node_modules/azurite/dist/src/blob/main.js"
  ;;
*)
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
