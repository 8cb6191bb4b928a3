#!/bin/bash
# Checks docs/systemd/af.service as systemd reads it, and that its hardening is as tight as it was.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
limit=20 # tenths of systemd's exposure level, of 100

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Where the unit expects af to be, there is none on this machine.
sed "s|/opt/agentflow-dr/scripts/af|$PWD/scripts/af|" docs/systemd/af.service >"$work/af.service"
said=$(systemd-analyze verify --man=no "$work/af.service" 2>&1 | grep 'af\.service' || true)
if [ -n "$said" ]; then
  echo "$said" >&2
  exit 1
fi
systemd-analyze security --offline=true --threshold="$limit" --no-pager "$work/af.service" >"$work/said" || {
  cat "$work/said" >&2
  exit 1
}
tail -1 "$work/said"
