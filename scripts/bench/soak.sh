#!/bin/bash
# Lets af serve run on several databases, with a fault every few seconds, and looks at what it leaves: every operation has
# exactly one end in the journal, every request exactly one result, every failed one a report, every backup that is listed
# verifies, no session and no half-made backup is left, memory and file handles are flat.
#
#   soak.sh [MINUTES]     10 by default: more backups than an hour of any schedule has
#
# Covers schedules (a backup of each of four databases every ten seconds, a verification every twenty), the journal, dead
# letters, routes that change while it runs, and signed requests by NATS (backups, verifications, restores into new
# databases; copies and forgeries among them), if nats-server is installed. The other brokers have their integration tests.
# Faults, in random order: a child is killed, the disk of the store is full (as root), a database refuses connections, the
# sessions of all are ended, the server crashes and comes back, the broker is killed and comes back, a route is changed, or
# broken. The seed is printed;
# SEED=N repeats it. SHARED=1 keeps the schedules in PostgreSQL, whose sessions are then ended with the others.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
minutes=${1:-10}
seed=${SEED:-$RANDOM}
RANDOM=$seed
databases=4
unset AF_CONFIG AF_DATABASE_URL DATABASE_URL

work=$(mktemp -d "${TMPDIR:-/tmp}/af-soak.XXXXXX")
chmod 711 "$work"
af=$home/scripts/af
serve='' disk='' broker='' sender=''

clean_up() {
  local process
  for process in $serve $broker $sender; do kill -9 "$process" 2>/dev/null || true; done
  "$home/scripts/throwaway-postgres.sh" stop "$work/postgres" >/dev/null 2>&1 || true
  [ -z "$disk" ] || umount --lazy "$disk" || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed=0
bad() {
  echo "✗ $1" >&2
  failed=1
}
# judge STATUS TEXT: says whether it is so.
judge() {
  if [ "$1" = 0 ]; then echo "✓ $2"; else bad "not so: $2"; fi
}

echo "soak: $minutes minutes, $databases databases, seed $seed"
export PATH
PATH=$("$home/scripts/throwaway-postgres.sh" bindir):$PATH
admin=$("$home/scripts/throwaway-postgres.sh" start "$work/postgres")
run_sql() { psql -X -qAt -v ON_ERROR_STOP=1 "$admin" -c "$1"; }
# With a password in it, it is not an argument of psql that others could read.
PGPASSWORD=$(sed -n 's|.*://[^:]*:\([^@]*\)@.*|\1|p' <<<"$admin")
export PGPASSWORD
admin=${admin/:$PGPASSWORD@/@}

store=$work/backups own=$work/routes
mkdir -m 700 "$store" "$work/state" "$own"
: >"$work/published"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=256m,mode=700 tmpfs "$store" 2>/dev/null; then
  disk=$store
else
  echo "note: no small disk can be mounted here: the disk is not filled"
fi

export AF_STATE_DIR=$work/state AF_MANAGEMENT_PORT=0
{
  echo "af.store = $store"
  echo "af.dead-letters = $work/dead-letters"
  echo "af.retries = 1"
  echo "af.drain-timeout = 30s"
  echo "af.extra-routes = $own"
  echo "af.routes.reload = 1s"
  if [ -n "${SHARED:-}" ]; then
    run_sql "CREATE DATABASE soak_schedules" >/dev/null
    echo "af.cluster.database-url = ${admin%/*}/soak_schedules"
    echo "af.cluster.check-in = 2s"
  fi
  for i in $(seq "$databases"); do
    run_sql "CREATE DATABASE soak_$i" >/dev/null
    psql -X -q -v tenants=3 -v messages=300 -v audits=50 -f "$home/scripts/sample/agentflow.sql" "${admin%/*}/soak_$i" >/dev/null
    echo "af.database.soak_$i.url = ${admin%/*}/soak_$i"
    # Backups in business hours are four hours apart: here it is seconds.
    echo "af.database.soak_$i.schedule = $i/10 * * * * ?"
    echo "af.database.soak_$i.verify-schedule = $((i + 5))/20 * * * * ?"
  done
  if nats_server=$(command -v nats-server || command -v /usr/sbin/nats-server); then
    (umask 077 && openssl rand -base64 48 >"$work/secret")
    nats_port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    echo "af.request.nats.url = nats://127.0.0.1:$nats_port"
    echo "af.request.nats.results-subject = af.results"
    echo "af.request.key.soak.secret-file = $work/secret"
    echo "af.request.key.soak.databases = $(seq -s , -f soak_%g "$databases")"
    echo "af.request.key.soak.operations = backup, verify, restore"
  fi
} >"$work/af.properties"
start_broker() {
  [ -n "$nats_server" ] || return 0
  "$nats_server" -a 127.0.0.1 -p "$nats_port" -js -sd "$work/nats" >>"$work/nats.log" 2>&1 &
  broker=$!
}
start_broker
[ -n "$nats_server" ] || echo "note: there is no nats-server here: no requests come"
cd "$work"

"$af" serve >"$work/out" 2>"$work/log" &
serve=$!
for _ in $(seq 300); do
  grep -qs 'serving ' "$work/log" && break
  kill -0 "$serve" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done

if [ -n "$nats_server" ]; then
  node "$home/scripts/bench/soak-requests.js" "$nats_port" "$work/secret" "$databases" 4000 "$work/enough" >"$work/sent" &
  sender=$!
fi

kill_a_broker() {
  [ -n "$broker" ] || return 0
  kill -9 "$broker"
  wait "$broker" 2>/dev/null || true
  sleep $((RANDOM % 3))
  start_broker
}
kill_a_child() {
  local child
  child=$(pgrep -P "$serve" | shuf -n 1 --random-source=<(yes "$RANDOM") || true)
  [ -z "$child" ] || kill -9 "$child" 2>/dev/null || true
}
fill_the_disk() {
  [ -n "$disk" ] || return 0
  # Until it is full: that this ends with an error is the point.
  head -c 300M /dev/zero >"$store/.filler" 2>/dev/null || true
  sleep 4
  rm -f "$store/.filler"
}
refuse_connections() {
  local one=soak_$((1 + RANDOM % databases))
  run_sql "ALTER DATABASE $one ALLOW_CONNECTIONS false" >/dev/null
  run_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$one'" >/dev/null
  sleep 3
  run_sql "ALTER DATABASE $one ALLOW_CONNECTIONS true" >/dev/null
}
end_sessions() {
  run_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'soak%'" >/dev/null
}
crash_the_server() {
  local control=(pg_ctl --pgdata "$work/postgres/cluster/data" --mode immediate --silent --log "$work/postgres/cluster/server.log")
  [ "$(id -u)" != 0 ] || control=(setpriv --reuid=postgres --regid=postgres --init-groups env -C / "PATH=$PATH" "${control[@]}")
  "${control[@]}" restart >/dev/null
}
# In turn: a hook that notes each published backup, one that nobody can read, none.
change_a_route() {
  local hook=$own/after-publish.camel.yaml
  changes=$((changes + 1))
  case $((changes % 3)) in
  1) cat >"$hook" <<YAML ;;
- route:
    id: after-publish
    description: Notes each published backup.
    routeConfigurationId: caller-decides
    from:
      uri: direct:after-publish
      steps:
        - bean: { id: note-facts, ref: backupFacts, method: json }
        - to:
            id: note-append
            uri: file:$work
            parameters: { fileName: published, fileExist: Append, appendChars: '\n' }
YAML
  2) printf -- '- route:\n    id: [\n' >"$hook" ;;
  0) rm -f "$hook" ;;
  esac
}
# Old backups make room, as an operator would: this is a soak, and no test of how much a disk holds.
make_room() {
  find "$store" -mindepth 1 -maxdepth 1 -type d -name '2*' | sort | head -n -40 | while read -r backup; do
    "$af" backup delete "$(basename "$backup")" "$store" --yes >/dev/null 2>>"$work/deleted" || true
  done
  run_sql "SELECT datname FROM pg_database WHERE datname ~ '_restored_' ORDER BY oid DESC OFFSET 4" | while read -r restored; do
    run_sql "DROP DATABASE IF EXISTS \"$restored\" WITH (FORCE)" >/dev/null || true
  done
}

faults=0 changes=0
end=$((SECONDS + minutes * 60))
next_room=$((SECONDS + 30))
while [ "$SECONDS" -lt "$end" ]; do
  kill -0 "$serve" 2>/dev/null || { cat "$work/log" >&2; bad "af serve has ended by itself"; exit 1; }
  awk '/VmRSS/ { printf "%d ", $2 }' "/proc/$serve/status" >>"$work/samples"
  find "/proc/$serve/fd" -mindepth 1 2>/dev/null | wc -l >>"$work/samples"
  case $((RANDOM % 10)) in
  0 | 1) kill_a_child ;;
  2) fill_the_disk ;;
  3) refuse_connections ;;
  4) end_sessions ;;
  5) [ $((RANDOM % 3)) != 0 ] || crash_the_server ;;
  6 | 7) change_a_route ;;
  8) sleep 2 ;;
  9) kill_a_broker ;;
  esac
  faults=$((faults + 1))
  if [ "$SECONDS" -ge "$next_room" ]; then
    make_room
    next_room=$((SECONDS + 30))
  fi
  sleep 1
done

if [ -n "$sender" ]; then
  # What was sent is worked on before the end: then each must have its result.
  : >"$work/enough"
  wait "$sender"
  sender=''
  for _ in $(seq 120); do
    "$af" request list --json >"$work/requests.json"
    node -e 'const all = JSON.parse(require("fs").readFileSync(process.argv[1])).requests; process.exit(all.some(r => !r.result) ? 1 : 0)' \
      "$work/requests.json" && break
    sleep 1
  done
fi
kill -TERM "$serve"
code=0
wait "$serve" || code=$?
serve=''
judge $((code != 143)) "SIGTERM ends it with 143 (it was $code)"
children=$(pgrep -f "$store" || true)
judge "${#children}" "no child is left"

if [ -n "$nats_server" ]; then
  code=0
  "$af" request list --json >"$work/requests.json"
  node - "$work/sent" "$work/requests.json" <<'JS' || code=$?
const fs = require("fs");
const sent = fs.readFileSync(process.argv[2], "utf8").trim().split("\n");
const known = new Map(JSON.parse(fs.readFileSync(process.argv[3])).requests.map(r => [r.request?.id ?? r.id, r]));
const results = {};
const without = sent.filter(id => !known.get(id)?.result);
sent.forEach(id => { const s = known.get(id)?.result?.status; results[s] = (results[s] ?? 0) + 1; });
console.log(`  ${sent.length} requests:`, JSON.stringify(results));
if (without.length || sent.length < 5 || !results.done || known.size !== sent.length) {
  console.log("  without a result:", without.slice(0, 5), "known:", known.size);
  process.exit(1);
}
JS
  judge "$code" "each of the requests that were sent has exactly one result, and no forged one was taken"
fi

# Every operation begins once and ends once.
"$af" journal show -n 1000000 --json >"$work/journal.json"
code=0
node - "$work/journal.json" "$work/failures" <<'JS' || code=$?
const records = JSON.parse(require("fs").readFileSync(process.argv[2])).records;
const operations = new Map();
for (const r of records) {
  const o = operations.get(r.operation) ?? { started: 0, ended: 0 };
  r.phase === "started" ? o.started++ : o.ended++;
  operations.set(r.operation, o);
}
// What is over in a moment, such as a look into a backup, has an end alone.
const wrong = [...operations].filter(([, o]) => o.started > 1 || o.ended !== 1);
const phases = {};
records.forEach(r => { phases[`${r.verb} ${r.phase}`] = (phases[`${r.verb} ${r.phase}`] ?? 0) + 1; });
// An accepted request that fails has the report of its operation; a message that is refused has one of its own.
const failures = records.filter(r => /failed|refused/.test(r.phase) && !(r.verb === "request" && operations.get(r.operation).started));
require("fs").writeFileSync(process.argv[3], String(failures.length));
console.log(`  ${operations.size} operations:`, JSON.stringify(phases));
if (wrong.length || !phases["backup done"] || !(phases["backup failed"] || phases["backup refused"])) {
  console.log("  ", wrong.slice(0, 5));
  process.exit(1);
}
JS
judge "$code" "every operation has exactly one end, and some have failed"
failures=$(cat "$work/failures")
reports=$(find "$work/dead-letters" -name '*.json' | wc -l)
judge $((failures != reports)) "each of the $failures failures has one report ($reports)"
judge "$(find "$store" -mindepth 1 -maxdepth 1 -name '.partial*' | wc -l)" "no half-made backup is left"
judge "$(run_sql "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'soak%'")" "no session is left"
judge "$(grep -c 'this is a bug in af' "$work/log" || true)" "nothing that happened was unforeseen"
taken=$(grep -c 'the changed ones count from now on' "$work/log" || true)
kept=$(grep -c 'the old ones go on' "$work/log" || true)
echo "  routes: changed $changes times, taken $taken times, $kept times the old ones went on"
judge $((taken == 0 || kept == 0)) "changed routes were taken, and broken ones were not"
twice=$(grep -o '"id":"[^"]*"' "$work/published" | sort | uniq -d | wc -l)
judge "$twice" "no backup was told of twice ($(wc -l <"$work/published") were told of)"
code=0
"$af" journal verify >/dev/null || code=$?
judge "$code" "the journal's chain is whole"

listed=0 damaged=0
while read -r id; do
  listed=$((listed + 1))
  "$af" backup verify "$id" "$store" >/dev/null 2>>"$work/verified" || damaged=$((damaged + 1))
done < <("$af" backup list "$store" --json | sed -n 's/.*"id" : "\(2[^"]*\)".*/\1/p')
judge $((damaged + (listed == 0))) "all $listed listed backups verify (damaged: $damaged)"

# The first quarter warms up; then the middle of the second quarter is compared with that of the last.
code=0
awk '{ rss[NR] = $1; fd[NR] = $2 }
  function middle(a, from, to,   i, j, n, t, s) {
    n = 0; for (i = from; i <= to; i++) s[++n] = a[i]
    for (i = 2; i <= n; i++) { t = s[i]; for (j = i - 1; j > 0 && s[j] > t; j--) s[j + 1] = s[j]; s[j + 1] = t }
    return s[int((n + 1) / 2)]
  }
  END {
    q = int(NR / 4); if (q < 3) { print "  too few samples"; exit 1 }
    r1 = middle(rss, q + 1, 2 * q); r2 = middle(rss, 3 * q + 1, NR); f1 = middle(fd, q + 1, 2 * q); f2 = middle(fd, 3 * q + 1, NR)
    printf "  memory %.0f MB, then %.0f MB; file handles %d, then %d; %d samples\n", r1 / 1024, r2 / 1024, f1, f2, NR
    exit !(r2 < r1 * 1.15 + 8192 && f2 <= f1 + 8)
  }' "$work/samples" || code=$?
judge "$code" "memory and file handles are flat"

echo "$faults faults; the log's last lines:"
tail -3 "$work/log" | cut -c1-160
[ "$failed" = 0 ] || cp "$work/log" "${TMPDIR:-/tmp}/af-soak.log"
[ "$failed" = 0 ]
