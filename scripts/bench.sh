#!/bin/sh
# What the evidence stage reaches beside its goals, in one table: grouping, packs, redaction, speed, memory. About five minutes, most
# of it the build. Needs Rust and tar; for the ratio to Drain3 also Python 3 with pip, which fetches drain3 from PyPI into
# target/ (where that fails, the table says so); Linux for memory, and for times that other work does not disturb.
#
#   scripts/bench.sh [LOGHUB]     (a folder of Loghub, with its 2k/SYSTEM/ in it: its licence does not let us ship it)
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || set -- "$(cd "$1" && pwd)"
venv=$PWD/target/drain3
if [ -x "$venv/bin/python" ] || python3 -m venv "$venv" >&2; then
    if "$venv/bin/python" -c 'import drain3' 2>/dev/null || "$venv/bin/python" -m pip install --quiet drain3==0.9.11 >&2; then
        export DRAIN3_PYTHON="$venv/bin/python"
    fi
fi
exec cargo bench --locked --quiet -p firstlook-core --bench goals -- "$@"
