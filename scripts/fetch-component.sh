#!/bin/bash
# Fetches Camel components, in the version that af is built with, and what they need beyond af's own libraries.
# Usage: fetch-component.sh COMPONENT... FOLDER     for example: fetch-component.sh camel-ftp /etc/af/lib
# What is no component of Camel, such as a broker's client, is named in full: GROUP:ARTIFACT:VERSION.
# Then set AF_LIB=FOLDER where af runs. Takes Maven.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,5s/^# //p' "$0" >&2
  exit 2
fi
folder=${*: -1}
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
lib=$home/target/dist/lib
[ ! -f "$home/lib/af.jar" ] || lib=$home/lib
camel=$(basename "$lib"/camel-api-*.jar .jar)
camel=${camel#camel-api-}

dependencies=
for component in "${@:1:$#-1}"; do
  case $component in *:*:*) ;; *) component=org.apache.camel:$component:$camel ;; esac
  IFS=: read -r group artifact version <<<"$component"
  dependencies+="<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>component</artifactId><version>1</version>
  <dependencies>$dependencies</dependencies>
</project>
POM
mvn -q -B -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$work/jars"
mkdir -p "$folder"
for jar in "$work"/jars/*.jar; do
  # What af has, in whatever version, it keeps.
  name=$(basename "$jar" .jar)
  name=${name%-[0-9]*}
  compgen -G "$lib/$name-[0-9]*.jar" >/dev/null || cp "$jar" "$folder/"
done
ls "$folder"
