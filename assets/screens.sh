#!/usr/bin/env bash
# Draws the pictures of the README: heaptui's own frames, and the call graph that it writes.
#
#   assets/screens.sh [DIR [PROFILE...]]    into assets/screens, of the built-in profile, unless others are named
#
# HEAPTUI names the program; the one that `cargo build --release` made if missing. SIZE is that of the screen. A new view is
# a row. The README's own are those of the built-in profile and, in folders of their names, of real servers: the profiles are
# NAME/heap.pb.gz or the like. The one that moves is the recorded session of `--demo`, snapshot by snapshot, as a watch has
# it. Needs tar, zstd and Python.
set -euo pipefail
cd "$(dirname "$0")/.."
heaptui=${HEAPTUI:-target/release/heaptui}
screens_dir=${1:-assets/screens}
shift || true
[ $# -gt 0 ] || set -- assets/demo.pb.gz
sources=tests/fixtures/src/orders
unset NO_COLOR
export TZ=UTC

# name   keys
screens='
top      jj
tree     /HandlerFunc.ServeHTTP<enter><enter>
calls    <tab><tab>
flame    <tab><tab><tab>
graph    <tab><tab><tab><tab>
source   /newSession<enter><tab><tab><tab><tab><tab>
filters  fjson<enter>
export   e<down>
help     ?
'

mkdir -p "$screens_dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
zstd -dc assets/demo.tar.zst | tar -xf - -C "$work"
picture() { "$heaptui" --print 100x26 --keys "$2" --picture "$work/$1.svg" -source_path="$work/src/orders" "$work/orders"; }
mkdir "$work/orders"
cp "$work"/*.heap.* "$work"/*.goroutine.* "$work/orders"
moving=()
for count in {2..18..2}; do
    head -n "$count" "$work/session.jsonl" >"$work/orders/session.jsonl"
    picture "$count" ""
    moving+=("0.8:$work/$count.svg")
done
cp "$work/session.jsonl" "$work/orders"
while read -r seconds name keys; do
    picture "$name" "$keys"
    moving+=("$seconds:$work/$name.svg")
done <<'END'
2.4  top
4    verdict  <tab>
5    suspect  <tab>j
4.5  callers  <tab>j<enter>
4.5  line     <tab>j<enter><tab><tab><tab><tab>
END
assets/moving.py "${moving[@]}" >"$screens_dir/leak.svg"

"$heaptui" --print "${SIZE:-110x30}" --picture "$screens_dir/watch.svg" --demo
"$heaptui" --print "${SIZE:-110x30}" --keys "<tab>" --picture "$screens_dir/leaks.svg" --demo

for profile in "$@"; do
    into=$screens_dir
    [ "$profile" = assets/demo.pb.gz ] || into=$screens_dir/$(basename "$(dirname "$profile")")
    mkdir -p "$into"
    while read -r name keys; do
        [ -n "$name" ] || continue
        # Of others there are no sources here.
        [ "$name" != source ] || [ "$into" = "$screens_dir" ] || continue
        "$heaptui" --print "${SIZE:-110x30}" --keys "$keys" --picture "$into/$name.svg" \
            -source_path="$sources" "$profile"
    done <<<"$screens"
    "$heaptui" svg "$profile" >"$into/call-graph.svg"
done
