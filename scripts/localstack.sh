#!/bin/sh
# The whole path of SNS against LocalStack, a real peer: topics, subscription, signatures, CloudWatch alarms, a
# dead-letter queue, the end of a subscription; with the real firstlook and a private Postgres. About a minute, and the
# first time another two to install LocalStack (500 MB) from PyPI.
#
#   scripts/localstack.sh [FOLDER]     (LocalStack is installed in FOLDER; default: target/localstack)
#
# Needs Linux and Python 3.13 or newer. LocalStack listens on every address of the machine whatever it is told, so all of
# it runs in a network namespace of its own, where there is nothing but loopback.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-$PWD/target/localstack}

# A shim of pyenv exists and may not work, so each is tried. LocalStack wants warnings.deprecated, which came with 3.13.
find_python() {
    for python in python3.13 python3.14 python3 "$HOME"/.pyenv/versions/3.1[3-9]*/bin/python3; do
        if "$python" -c 'import venv; from warnings import deprecated' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "localstack.sh: no Python 3.13 or newer was found: nothing is checked" >&2
    exit 1
}

python=$folder/venv/bin/python
if ! "$python" -c 'import localstack.runtime.main' 2>/dev/null; then
    base=$(find_python)
    echo "== installing LocalStack in $folder" >&2
    "$base" -m venv --clear "$folder/venv"
    "$python" -m pip install --quiet 'localstack-core[runtime]==2026.3.0' \
        'cryptography<46' 'pyopenssl<25.2' 'cbor2<5.8' 'service_identity<24.3'
fi
sh scripts/ensure-peers.sh build git postgres </dev/null
cargo build --locked --quiet

# Root needs no more for that; others need a user namespace, and keep what lets them bring loopback up.
if [ "$(id -u)" -eq 0 ]; then
    apart="unshare --net"
else
    apart="unshare --user --map-current-user --keep-caps --net"
fi
# shellcheck disable=SC2016,SC2086 # the words of `apart` are words; the inner shell expands its own
exec $apart sh -c 'ip link set lo up && exec "$@"' sh "$python" scripts/localstack.py target/debug/firstlook
