#!/bin/sh
# Every check there is: peers, format, lints, tests, documents, and, where cargo-deny is installed, the dependencies.
# Needs Rust; what else is missing is installed from packages (as root, or with sudo).
set -eu
cd "$(dirname "$0")/.."

step() {
    echo "== $*" >&2
    "$@"
}

step sh scripts/ensure-peers.sh </dev/null
step cargo fmt --all --check
step cargo clippy --workspace --all-targets --locked -- -D warnings
# The tests wait for other processes more than they compute: one more at a time than there are cores.
RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) + 1))}" step cargo test --workspace --locked
step sh scripts/terraform.sh
RUSTDOCFLAGS="-D warnings" step cargo doc --no-deps --workspace --locked
if cargo deny --version >/dev/null 2>&1; then
    step cargo deny --locked check bans licenses sources
else
    echo "== cargo deny is not installed: deny.toml is not checked (cargo install cargo-deny --locked)" >&2
fi
echo "== all checks passed" >&2
