#!/bin/bash
# Fetches PostgreSQL servers and client programs of other major versions for the tests, and touches nothing of the system:
# Debian's packages are unpacked into a folder of their own and run there with their own libraries.
#
#   postgresql.sh fetch [MAJOR...]   fetch what is neither installed nor fetched yet (default: 13 15 17 18)
#   postgresql.sh bindir MAJOR       print where the programs of this major version are; exit code 1 if they are not here
#
# They go to ~/.cache/af/postgresql/MAJOR, for root, whose home the server's account cannot enter, to
# /var/cache/af/postgresql/MAJOR; AF_POSTGRESQL_CACHE names another folder. The mirror is the one that this machine's apt
# uses; AF_DEBIAN_MIRROR names another one, which other systems than Debian need.
set -euo pipefail
umask 022 # another account runs what is fetched

say() { echo "postgresql.sh: $1" >&2; }
fail() {
  say "$1"
  exit 1
}

if [ "$(id -u)" = 0 ]; then
  cache=${AF_POSTGRESQL_CACHE:-/var/cache/af/postgresql}
else
  cache=${AF_POSTGRESQL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/af/postgresql}
fi

# The suites of Debian that have a major version, the steadier one first.
suites() {
  case $1 in
  13) echo bullseye ;;
  15) echo bookworm ;;
  17) echo trixie ;;
  18) echo forky sid ;;
  *) fail "PostgreSQL $1 is none of 13, 15, 17 and 18" ;;
  esac
}

# What root starts as a server runs as the account that Debian's packages make, elsewhere as whoever calls.
unprivileged() {
  if [ "$(id -u)" = 0 ] && id postgres >/dev/null 2>&1; then
    setpriv --reuid=postgres --regid=postgres --init-groups env -C / HOME=/tmp "$@"
  else
    "$@"
  fi
}

fetched() { echo "$cache/$1/usr/lib/postgresql/$1/bin"; }

runs() { # folder of the programs: do they run where they are, for the account that will run them?
  local program
  for program in postgres initdb pg_ctl pg_dump pg_dumpall pg_restore psql; do
    unprivileged "$1/$program" --version >/dev/null 2>&1 || return 1
  done
}

bindir() {
  local bin
  for bin in "/usr/lib/postgresql/$1/bin" "/usr/pgsql-$1/bin" "/opt/homebrew/opt/postgresql@$1/bin" "/usr/local/opt/postgresql@$1/bin"; do
    if [ -x "$bin/postgres" ] && runs "$bin"; then
      echo "$bin"
      return
    fi
  done
  # The marker is written last: without it a fetch was broken off.
  [ -f "$cache/$1/complete" ] && runs "$(fetched "$1")" && fetched "$1"
}

mirror() {
  if [ -n "${AF_DEBIAN_MIRROR:-}" ]; then
    echo "$AF_DEBIAN_MIRROR"
    return
  fi
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sed 's#/$##' | grep -m1 '/debian$' ||
    fail "apt on this machine knows no mirror of Debian: name one with AF_DEBIAN_MIRROR"
}

apt() { # arguments of apt-get, about a system on which nothing is installed
  apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null \
    -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State=$work/state" -o "Dir::State::status=$work/status" \
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User= -o APT::Update::Error-Mode=any -o APT::Install-Recommends=false \
    -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
    "$@" >>"$work/log" 2>&1
}

# Downloads the packages of one suite; apt checks their signatures.
download() { # major, suite
  local wanted
  rm -rf "$work/state" "$work/cache" "$work/deb"
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/deb"
  : >"$work/status"
  echo "deb [signed-by=$keyring] $mirror $2 main" >"$work/sources.list"
  apt update || return
  # All that apt would install on an empty machine; of that, the programs and the libraries they are linked with.
  # JIT compilation is left out: its compiler is larger than all the rest.
  apt -o "APT::Get::Show-User-Simulation-Note=false" -s install "postgresql-$1" "postgresql-client-$1" patchelf || return
  wanted=$(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$work/log" | sort -u |
    grep -E "^(postgresql-(client-)?$1|patchelf|zlib1g|lib.*)\$" | grep -vE '^(libllvm|libz3|libperl|libpam-modules|libc-l10n)|-perl$')
  # shellcheck disable=SC2086 # one word each
  (cd "$work/deb" && apt download $wanted)
}

# Makes the programs run with the libraries that came with them, whatever the system has.
bind_libraries() { # folder, major
  local root=$1 bin=$1/usr/lib/postgresql/$2/bin loader libraries program
  loader=$(find "$root/lib" "$root/usr/lib" -name 'ld-linux*.so.*' -o -name 'ld-2*.so' 2>/dev/null | grep -m1 linux-gnu)
  libraries=$(find "$root/lib" "$root/usr/lib" -maxdepth 1 -name '*-linux-gnu*' -type d 2>/dev/null | paste -sd:)
  for program in "$bin"/*; do
    if [ -L "$program" ] || [ "$(head -c4 "$program" | tail -c3)" != ELF ]; then
      continue # a script
    fi
    # Not the newer kind of path: it would not hold for the libraries of extensions.
    "$loader" --library-path "$libraries" "$root/usr/bin/patchelf" --force-rpath --set-interpreter "$loader" --set-rpath "$libraries" \
      "$program"
  done
}

# That a program says its version proves little: a cluster is made and asked.
try() { # major
  local data answer
  data=$(mktemp -d /tmp/af-postgresql-XXXXXX)
  [ "$(id -u)" != 0 ] || ! id postgres >/dev/null 2>&1 || chown postgres: "$data"
  answer=$(unprivileged "$(fetched "$1")/initdb" --pgdata "$data" --username postgres --auth trust --locale C --encoding UTF8 --no-sync 2>&1 &&
    echo "SELECT 6 * 7 AS answer" | unprivileged "$(fetched "$1")/postgres" --single -D "$data" postgres 2>&1) || true
  rm -rf "$data"
  grep -q 'answer = "42"' <<<"$answer" && return
  tail -5 <<<"$answer" >&2
  return 1
}

fetch() { # major
  local major=$1 root=$cache/$1 suite deb
  if bindir "$major" >/dev/null; then
    return
  fi
  for program in apt-get dpkg-deb flock; do
    command -v $program >/dev/null || fail "PostgreSQL $major cannot be fetched without $program: install it some other way"
  done
  [ -f "$keyring" ] || fail "$keyring is missing: apt-get install debian-archive-keyring"
  mirror=$(mirror) || exit 1
  mkdir -p "$cache" || fail "$cache cannot be made: name another folder with AF_POSTGRESQL_CACHE"
  exec 9>"$cache/lock"
  flock 9
  # Somebody else may have fetched it while we waited.
  if bindir "$major" >/dev/null; then
    return
  fi
  say "fetching PostgreSQL $major ..."
  rm -rf "$root"
  mkdir -p "$root"
  for suite in $(suites "$major"); do
    : >"$work/log"
    if download "$major" "$suite"; then
      for deb in "$work"/deb/*.deb; do
        dpkg-deb -x "$deb" "$root"
      done
      rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/lib/postgresql/$major"/lib/{llvmjit*,bitcode}
      bind_libraries "$root" "$major"
      try "$major" || fail "PostgreSQL $major was fetched from $suite, but does not run here"
      : >"$root/complete"
      runs "$(fetched "$major")" || fail "PostgreSQL $major was fetched from $suite, but the account of the server cannot run it"
      say "PostgreSQL $major is in $(fetched "$major")"
      return
    fi
  done
  rm -rf "$root"
  grep -E '^[WE]:' "$work/log" | tail -3 >&2
  fail "PostgreSQL $major could not be fetched from $mirror: is the network there?"
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
case "${1:-} $#" in
"fetch "*)
  shift
  [ $# -gt 0 ] || set -- 13 15 17 18
  for major; do
    suites "$major" >/dev/null
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  failed=0
  for major; do
    # One that cannot be had does not keep the others away.
    (fetch "$major") || failed=1
  done
  exit $failed
  ;;
"bindir 2")
  suites "$2" >/dev/null
  bindir "$2" || fail "PostgreSQL $2 is not here; fetch it with: $0 fetch $2"
  ;;
*)
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
