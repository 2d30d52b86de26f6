#!/bin/sh
# Installs what the tests and the demo need from Debian's packages, where it is missing.
#
#   scripts/ensure-peers.sh [postgres] [prometheus] [browser] [openssl] [nginx] [build] [git]     (none: all)
#
# It looks for executables, not packages, and does nothing when all are there. It leaves no service running: on a
# machine with an init system a policy keeps the packages from starting theirs.
set -eu

[ $# -gt 0 ] || set -- postgres prometheus browser openssl nginx build git

packages=

have() {
    command -v "$1" >/dev/null 2>&1
}

need() { # need PACKAGE PROGRAM
    have "$2" || packages="$packages $1"
}

have_postgres() {
    have initdb && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

for group in "$@"; do
    case $group in
    postgres) have_postgres || packages="$packages postgresql" ;;
    prometheus)
        need prometheus prometheus
        need prometheus-alertmanager prometheus-alertmanager
        ;;
    openssl) need openssl openssl ;;
    nginx) [ -x /usr/sbin/nginx ] || need nginx-light nginx ;;
    browser) [ -x /usr/bin/chromium ] || packages="$packages chromium" ;;
    build)
        need gcc gcc
        need libc6-dev gcc
        need pkg-config pkg-config
        ;;
    git) need git git ;;
    *)
        echo "ensure-peers.sh: unknown group '$group' (postgres, prometheus, browser, openssl, nginx, build, git)" >&2
        exit 2
        ;;
    esac
done

[ -n "$packages" ] || exit 0

command="apt-get install --yes --no-install-recommends$packages"
if ! have apt-get; then
    echo "ensure-peers.sh: this machine has no apt-get; install by hand:$packages" >&2
    exit 1
elif [ "$(id -u)" -eq 0 ]; then
    as_root=
elif have sudo; then
    as_root=sudo
else
    echo "ensure-peers.sh: as root, run: apt-get update && $command" >&2
    exit 1
fi

# A policy that lets no service start, for the time of the installation, unless the machine has its own.
policy=/usr/sbin/policy-rc.d
made=
forget() {
    [ -z "$made" ] || $as_root rm -f "$policy"
}
trap forget EXIT
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    made=yes
    $as_root chmod 755 "$policy"
fi

echo "ensure-peers.sh: installing$packages" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086 # the packages are words
$as_root env DEBIAN_FRONTEND=noninteractive $command >&2
