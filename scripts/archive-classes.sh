#!/bin/bash
# Makes the class-data archive: runs of af list the classes that they load, the JVM then stores them ready for use.
# Usage: archive-classes.sh ARCHIVE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=$1
# The JVM compares class paths as text: this is the one that the launcher gives.
jar=$(pwd -P)/target/dist/lib/af.jar

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java

# A small backup that the tests keep for ever: something to list and to verify.
cp -r src/test/resources/backups/format-1 "$work/store"
run() {
  "$java" -XX:+UseSerialGC -Xshare:off -XX:DumpLoadedClassList="$work/$1.classes" "-Daf.home=$PWD" \
    -cp "$jar" io.agentflow.dr.app.AfMain "${@:2}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}
run all train-class-data
run help backup create --help
run list backup list "$work/store"
run json backup list "$work/store" --json
run show backup show latest "$work/store"
run verify backup verify latest "$work/store"

sort -u "$work"/*.classes >"$work/classes"
"$java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$archive.new" \
  -cp "$jar" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
mv "$archive.new" "$archive"
