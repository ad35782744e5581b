#!/usr/bin/env bash
# Draws the pictures of the README: heaptui's own frames, and the graph of the same profile.
#
#   assets/screens.sh [PROFILE]        the built-in profile, unless another is named
#
# HEAPTUI names the program; the one that `cargo build --release` made if missing. A new view is a row.
set -euo pipefail
cd "$(dirname "$0")/.."
heaptui=${HEAPTUI:-target/release/heaptui}
profile=${1:---demo}
unset NO_COLOR
export TZ=UTC

# name   size    keys
screens='
top      110x30  jj
tree     110x30  jj<enter>
calls    110x30  <tab><tab>
flame    110x30  <tab><tab><tab>
graph    110x30  <s-tab>
filters  110x30  fjson<enter>
export   110x30  e<down>
help     110x30  ?
'

mkdir -p assets/screens
while read -r name size keys; do
    [ -n "$name" ] || continue
    "$heaptui" --print "$size" --keys "$keys" --picture "assets/screens/$name.svg" "$profile"
done <<<"$screens"
"$heaptui" svg "$profile" >assets/screens/call-graph.svg
