#!/bin/sh
# The trial, from a fresh clone: installs what is missing, builds, and plays a recorded incident. Arguments go to
# `firstlook demo`.
set -eu
cd "$(dirname "$0")/.."
sh scripts/ensure-peers.sh build git postgres </dev/null
echo "== building; the first time takes 4 to 6 minutes on two cores" >&2
exec cargo run --locked --quiet -- demo "$@"
