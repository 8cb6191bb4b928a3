#!/bin/bash
# Makes the class-data archive: a run of af lists the classes that it loads, the JVM then stores them ready for use.
# Usage: archive-classes.sh ARCHIVE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=$1

classes=$(mktemp)
empty=$(mktemp -d)
trap 'rm -rf "$classes" "$empty"' EXIT

java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
log=$empty/log
AF_STORE=$empty "$java" -XX:+UseSerialGC -Xshare:off -XX:DumpLoadedClassList="$classes" "-Daf.home=$PWD" \
  -cp target/dist/lib/af.jar io.agentflow.dr.app.AfMain train-class-data >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
"$java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$classes" -XX:SharedArchiveFile="$archive.new" \
  -cp target/dist/lib/af.jar >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
mv "$archive.new" "$archive"
