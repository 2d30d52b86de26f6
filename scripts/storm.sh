#!/bin/sh
# The long form of the test of a storm: so many distinct alerts at once, told within the receivers' rates, to the storm's end.
# It prints how long the first pages took, how much was told singly and by the storm, and what was told in the end.
#
#   scripts/storm.sh [ALERTS]     (10000: half an hour or more on two cores, debug build)
set -eu
cd "$(dirname "$0")/.."
sh scripts/ensure-peers.sh build git postgres </dev/null
# First 500 incidents at two replicas, and a budget of the day that reaches for some of them: two minutes.
FIRSTLOOK_STORM=500 cargo test --locked --test it -- budgets::a_storm --nocapture
FIRSTLOOK_STORM=${1:-10000} cargo test --locked --test it -- storms::thousands:: --nocapture
