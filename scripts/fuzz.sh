#!/bin/sh
# Each fuzz target for so many seconds, from the samples on: the properties of tests/sns/properties.rs, over what libFuzzer
# comes up with. Needs cargo-fuzz (cargo install cargo-fuzz --locked); the first build takes minutes.
#
#   scripts/fuzz.sh [SECONDS] [TARGET]...     (60 seconds; every target)
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- envelope message changed

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz.sh: cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2
    exit 1
fi
# What libFuzzer needs of the compiler is not stable; the compiler itself may be.
export RUSTC_BOOTSTRAP=1
for target; do
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus"
    case $target in
    envelope) seeds=tests/samples/sns ;;
    message) seeds=tests/samples/sns/services ;;
    *) seeds= ;;
    esac
    echo "== $target, $seconds s" >&2
    # shellcheck disable=SC2086 # the seeds are one folder or none
    cargo fuzz run -s none "$target" "$corpus" $seeds -- -dict=fuzz/sns.dict -max_total_time="$seconds" -max_len=65536 -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1
done
