#!/bin/bash
# Everything that CI checks: set-up, scripts, PowerShell syntax, all tests, and the seed's own round trip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install() { # command, package
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
  else
    echo "Install $1, then run $0 again: apt-get install $2" >&2
    exit 1
  fi
}

scripts/setup.sh tools
install shellcheck shellcheck
install node nodejs
install npm npm
# Debian keeps it where only root looks; the tests start their own.
PATH=$PATH:/usr/sbin RUNLEVEL=1 install pgbouncer pgbouncer
# promtool checks the alert rules, and Prometheus itself fires one. The service of the package is not wanted.
RUNLEVEL=1 install promtool prometheus

PATH=$PATH:/usr/sbin RUNLEVEL=1 install sshd openssh-server
# A store on a web server: the tests start their own.
PATH=$PATH:/usr/sbin RUNLEVEL=1 install nginx nginx-light
install systemd-analyze systemd
# Encrypted backups are read by the program age, and fetched from S3 by curl.
install age age
install curl curl
# A store in Azure: the tests start an emulator of their own.
scripts/azurite.sh fetch
# Requests by NATS: the tests start their own, with JetStream.
PATH=$PATH:/usr/sbin RUNLEVEL=1 install nats-server nats-server

echo "== other versions of PostgreSQL"
if ! scripts/postgresql.sh fetch; then
  [ -z "${CI:-}" ] || exit 1
  echo "Going on with the versions that are here: what needs the others is skipped, and says so." >&2
fi

echo "== scripts"
# Not every script here is bash: the shebang tells.
grep -rlE '^#!/bin/(ba)?sh' scripts .ci | xargs shellcheck -x
scripts/check-powershell.sh
scripts/check-unit.sh

# What they test is built here, once.
echo "== tests"
mvn -B -Djacoco.skip verify

echo "== round trip with the seed's scripts"
exec scripts/test-backup-restore-roundtrip.sh
