#!/usr/bin/env bash
# Time of the whole 'af backup create' process into S3 (S3Proxy on loopback, which shares the processors) against the same to a directory, in
# alternating pairs, also streamed; its memory; and the time of 'af backup list' over thousands of backups in S3.
#   s3.sh [megabytes=600] [pairs=5] [backups=3000]
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"

megabytes=${1:-600} pairs=${2:-5} count=${3:-3000}
proxy=$scripts/../target/servers/s3proxy.jar
if ! [[ -e $proxy ]]; then
    echo "s3.sh: $proxy is not there: run scripts/test.sh once, or mvn dependency:copy@servers-for-tests" >&2
    exit 2
fi
export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench-secret
port=$((20000 + RANDOM % 20000))
mkdir -p "$work/s3/bench"
printf '%s\n' "s3proxy.endpoint=http://127.0.0.1:$port" s3proxy.authorization=aws-v2-or-v4 "s3proxy.identity=$AWS_ACCESS_KEY_ID" \
    "s3proxy.credential=$AWS_SECRET_ACCESS_KEY" jclouds.provider=filesystem-nio2 "jclouds.filesystem.basedir=$work/s3" >"$work/s3proxy.properties"
java -XX:+UseSerialGC -Xmx512m -jar "$proxy" --properties "$work/s3proxy.properties" >"$work/s3proxy.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; clean_up' EXIT
store="s3://bench/backups?region=us-east-1&endpoint=http://127.0.0.1:$port&path-style=true"
for ((i = 0; i < 100; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
done

load sample "$megabytes"
create() { seconds "$scripts/af" backup create "$@" --jobs 2 --compression-level 6; }
disk() { create "$work/backups" && rm -rf "$work/backups"; }
cloud() { create "$store" "$@" && rm -rf "$work"/s3/bench/*; }

disk && cloud # warm: page cache, class-data archives
whole=() streamed=()
for ((i = 1; i <= pairs; i++)); do
    disk && base=$took
    cloud && whole+=("$(ratio "$took" "$base")")
    disk && base=$took
    cloud --stream && streamed+=("$(ratio "$took" "$base")")
    printf '  pair %d   to S3 %s x   with --stream %s x   (to disk %s s)\n' "$i" "${whole[-1]}" "${streamed[-1]}" "$base"
done
peak "$scripts/af" backup create "$store" --stream --jobs 2 --compression-level 6

# Copies under ids of their own, with what lies beside them: a list looks at names alone.
original=$(find "$work/s3/bench/backups" -mindepth 1 -maxdepth 1 -type d -exec basename {} \;)
newest=$(date +%s)
head=$(cd "$work/s3/bench/backups" && echo "$original".head.*)
evidence=$(cd "$work/s3/bench/backups" && echo "$original".evidence.*)
for ((i = 1; i < count; i++)); do
    id=$(date -u -d "@$((newest - i * 3600))" +%Y%m%dT%H%M%SZ)-${original##*-}
    mkdir "$work/s3/bench/backups/$id"
    cp "$work/s3/bench/backups/$original/manifest.json" "$work/s3/bench/backups/$id/"
    : >"$work/s3/bench/backups/${head/$original/$id}"
    : >"$work/s3/bench/backups/${evidence/$original/$id}"
done
seconds "$scripts/af" backup list "$store" --json
shown=$(grep -cE '"id" ?:' "$work/said" || true)
times=()
for ((i = 1; i <= 5; i++)); do
    seconds "$scripts/af" backup list "$store" && times+=("$took")
done
echo
limit "create to S3 / to disk, median of $pairs pairs" "$(median "${whole[@]}")" 1.15 x
limit "create --stream to S3 / to disk, median of $pairs" "$(median "${streamed[@]}")" 1.15 x
limit "most resident memory of java, --stream" "$peak" 200 MB
limit "list of $count backups in S3 ($shown lines with ids)" "$(median "${times[@]}")" 2.0 s
exit "$missed"
