#!/usr/bin/env bash
# Fuzzes each target for a minute (or $1 seconds). Needs: cargo install cargo-fuzz, a C++ compiler, and a nightly toolchain;
# without one, FUZZ_TOOLCHAIN=stable borrows nightly's flags.
# What it finds is in fuzz/artifacts: mend it, and keep it as a row of tests/hostile.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
toolchain=${FUZZ_TOOLCHAIN:-nightly}
[ "$toolchain" = nightly ] || export RUSTC_BOOTSTRAP=1

mkdir -p fuzz/corpus/decode fuzz/corpus/options fuzz/corpus/prompt fuzz/corpus/keys
# What is good to begin with: real profiles, and the command lines of the goldens, a word a line or a line each.
cp tests/fixtures/*.pb.gz fuzz/corpus/decode/
for profile in tests/fixtures/shapes.*.pb.gz; do
    gzip -dc "$profile" > "fuzz/corpus/decode/$(basename "$profile" .gz)"
done
cut -f2 tests/golden/cases.tsv | split -l 1 -a 4 - fuzz/corpus/options/case-
sed -i 's/ /\n/g' fuzz/corpus/options/case-*
cut -f2 tests/golden/cases.tsv | sed 's/^-//' | split -l 3 -a 4 - fuzz/corpus/prompt/case-

for target in decode options prompt keys; do
    echo "== $target"
    # The dashboard's workers end by themselves, perhaps after the sanitizer has looked for what they hold.
    leaks=$([ "$target" = keys ] && echo 0 || echo 1)
    cargo "+$toolchain" fuzz run "$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -detect_leaks="$leaks" -print_final_stats=1
done
