#!/bin/bash
# Makes the class-data archives: runs of af list the classes that they load, the JVM then stores them ready for use. Beside ARCHIVE.jsa,
# ARCHIVE-s3.jsa has those of S3, too.
# Usage: archive-classes.sh ARCHIVE.jsa
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=$1
# The JVM compares class paths as text: this is the one that the launcher gives.
jar=$(pwd -P)/target/dist/lib/af.jar

work=$(mktemp -d)
export AF_STATE_DIR=$work/state
answering=
trap '[ -z "$answering" ] || kill "$answering"; scripts/throwaway-postgres.sh stop "$work/postgres" 2>/dev/null || true; rm -rf "$work"' EXIT
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java

classes=$jar
run() { # nothing of the user's settings: they would decide what is loaded
  env -i HOME="$work" PATH="$PATH" AWS_ACCESS_KEY_ID=training AWS_SECRET_ACCESS_KEY=training AF_STATE_DIR="$AF_STATE_DIR" \
    "$java" -XX:+UseSerialGC -Xshare:off -XX:DumpLoadedClassList="$work/$1.classes" "-Daf.home=$PWD" \
    -cp "$classes" io.agentflow.dr.app.AfMain "${@:2}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}
# The main job itself, on a small database: what it loads is what the archive must hold.
chmod 711 "$work"
url=$(scripts/throwaway-postgres.sh start "$work/postgres")
"$(scripts/throwaway-postgres.sh bindir)/psql" -qAt -v ON_ERROR_STOP=1 "$url" >"$work/log" <<'SQL'
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant uuid REFERENCES tenants, data jsonb);
INSERT INTO tenants (name) SELECT 'tenant ' || i FROM generate_series(1, 100) i;
INSERT INTO users (tenant, data) SELECT id, to_jsonb(name) FROM tenants;
CREATE DATABASE sample TEMPLATE postgres;
SQL
url=$(scripts/throwaway-postgres.sh url "$work/postgres" sample)
store=$work/store
run counts backup create "$store" --database-url "$url" --proof counts --json
run create backup create "$store" --database-url "$url"
run help backup create --help
run show backup show latest "$store"
run verify backup verify latest "$store"
run restore backup restore latest "$store" full --yes --target-database-url "$url"
# Last: now there is evidence to list.
run list backup list "$store"
run json backup list "$store" --json

dump() { # ARCHIVE: of all classes that were listed so far
  sort -u "$work"/*.classes >"$work/all"
  "$java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$work/all" -XX:SharedArchiveFile="$1.new" \
    -cp "$classes" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  mv "$1.new" "$1"
}
dump "$archive"

# The class path is the one that the launcher gives where a command names s3://.
for library in "${jar%/*}"/s3/*.jar; do classes=$classes:$library; done
"$java" scripts/AnswerS3.java "$work/port" >"$work/answers" 2>&1 &
answering=$!
until [ -e "$work/port" ]; do
  kill -0 "$answering" 2>/dev/null || { cat "$work/answers" >&2; exit 1; }
  sleep 0.1
done
store="s3://training/backups?region=us-east-1&path-style=true&endpoint=http://127.0.0.1:$(<"$work/port")"
run s3-create backup create "$store" --database-url "$url" --json
run s3-show backup show latest "$store"
run s3-verify backup verify latest "$store"
run s3-list backup list "$store"
run s3-json backup list "$store" --json
dump "${archive%.jsa}-s3.jsa"
