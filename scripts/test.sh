#!/bin/sh
# The whole check: peers, format, lints, tests, docs.
set -eu
cd "$(dirname "$0")/.."
sh scripts/ensure-peers.sh
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
cargo test --workspace --locked
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked
