#!/bin/bash
# Installs what is missing, builds the distribution in target/dist, and archives its classes so that af starts fast.
# Run again, it does only what has changed.
#
#   setup.sh          all of it
#   setup.sh tools    what is missing on the machine alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

need() { # package, what it is for
  missing+=("$1")
  echo "missing: $2 (Debian package $1)" >&2
}

missing=()
javac_major=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p' || true)
jdk=openjdk-17-jdk-headless # what newer Debians no longer have; their default is newer
apt-cache show "$jdk" >/dev/null 2>&1 || jdk=default-jdk-headless
[ "${javac_major:-0}" -ge 17 ] || need "$jdk" "a JDK of version 17 or newer"
command -v mvn >/dev/null || need maven "Maven 3.8 or newer"
scripts/throwaway-postgres.sh bindir >/dev/null 2>&1 || need postgresql "PostgreSQL, server and client programs"
command -v setpriv >/dev/null || need util-linux "setpriv, which ends children when af is killed"

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Install these, then run $0 again: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  # The package would make and start a cluster of its own: nobody asked for one.
  conf=/etc/postgresql-common/createcluster.conf
  if ! grep -qs '^ *create_main_cluster' "$conf"; then
    mkdir -p "${conf%/*}"
    echo "create_main_cluster = false" >>"$conf"
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

[ "${1:-}" != tools ] || exit 0

jar=target/dist/lib/af.jar
if [ ! -f "$jar" ] || [ -n "$(find pom.xml src/main -newer "$jar" -print -quit)" ]; then
  echo "building af: one to three minutes, and longer the first time, when Maven fetches its libraries ..." >&2
  # Maven resets colours at its end, also where there are none.
  mvn -q -B -DskipTests -Dspotbugs.skip -Djacoco.skip package | sed $'s/\e\\[0m//g'
  touch "$jar"
fi

archive=target/dist/af.jsa
if [ ! -f "$archive" ] || [ "$jar" -nt "$archive" ]; then
  rm -f "$archive"
  if ! scripts/archive-classes.sh "$archive"; then
    echo "no class-data archive could be made: af works, but starts more slowly" >&2
  fi
fi

echo "done: try scripts/af backup create, or scripts/demo.sh" >&2
