#!/usr/bin/env bash
# Draws the pictures of the README: heaptui's own frames, and the call graph that it writes.
#
#   assets/screens.sh [DIR [PROFILE...]]    into assets/screens, of the built-in profile, unless others are named
#
# HEAPTUI names the program; the one that `cargo build --release` made if missing. SIZE is that of the screen. A new view is
# a row. The README's own are those of the built-in profile and, in folders of their names, of real servers.
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
tree     jj<enter>
calls    <tab><tab>
flame    <tab><tab><tab>
graph    <tab><tab><tab><tab>
source   /newSession<enter><tab><tab><tab><tab><tab>
filters  fjson<enter>
export   e<down>
help     ?
'

mkdir -p "$screens_dir"
"$heaptui" --print "${SIZE:-110x30}" --picture "$screens_dir/watch.svg" --demo
"$heaptui" --print "${SIZE:-110x30}" --keys "<tab>" --picture "$screens_dir/leaks.svg" --demo

for profile in "$@"; do
    into=$screens_dir
    [ "$profile" = assets/demo.pb.gz ] || into=$screens_dir/$(basename "$(dirname "$profile")")
    mkdir -p "$into"
    while read -r name keys; do
        [ -n "$name" ] || continue
        "$heaptui" --print "${SIZE:-110x30}" --keys "$keys" --picture "$into/$name.svg" \
            -source_path="$sources" "$profile"
    done <<<"$screens"
    "$heaptui" svg "$profile" >"$into/call-graph.svg"
done
