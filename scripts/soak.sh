#!/bin/sh
# The slow forms of the fault tests, each bounded by its count: random schedules against the model of the world, then
# kill -9 at random moments under load. Each prints what it did; a failure names the seed that plays it again.
#
#   scripts/soak.sh [SCHEDULES] [KILLS]     (10000 and 1000: about 50 minutes and 2 hours on two cores)
set -eu
cd "$(dirname "$0")/.."
sh scripts/ensure-peers.sh build git postgres </dev/null
FIRSTLOOK_SCHEDULES=${1:-10000} cargo test --locked --test it -- schedules:: --nocapture
FIRSTLOOK_KILLS=${2:-1000} cargo test --locked --test it -- kills::it_is_killed --nocapture
