#!/usr/bin/env bash
# Records what `heaptui --demo` shows: a service that leaks, watched for a minute, with its sources. Needs Go, tar and zstd.
#
#   assets/demo.sh    into assets/demo.tar.zst
#
# HEAPTUI names the program; the one that `cargo build --release` made if missing. Snapshots of one process are much alike, so
# they are packed together and not one by one.
set -euo pipefail
cd "$(dirname "$0")/.."
heaptui=${HEAPTUI:-$PWD/target/release/heaptui}
work=$(mktemp -d)
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
orders=tests/fixtures/src/orders
(cd "$orders" && go build -trimpath -o "$work/orders" .)
"$work/orders" -serve 127.0.0.1:7099 &
sleep 20
"$heaptui" watch --headless --for 62 --record "$work/demo" 127.0.0.1:7099
gzip -d "$work"/demo/*.gz
sed -i 's/\.gz"/"/g' "$work/demo/session.jsonl"
mkdir "$work/demo/src"
cp -r "$orders" "$work/demo/src/"
find "$work/demo/src" -type f ! -name '*.go' -delete
# In the order of names: equal files are then near each other.
tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$work/demo" -cf "$work/demo.tar" .
zstd -q -19 --long=24 -f "$work/demo.tar" -o assets/demo.tar.zst
