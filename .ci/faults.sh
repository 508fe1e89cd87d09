#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kills the operator's process after each of its writes of create, change, switch, delete, dashboards and others, and compares the ends.
# ONLY="full rotation" takes these scenarios alone.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests --quiet
code=0
FAULTS_WHOLE=1 FAULTS_ONLY=${ONLY:-} swift test --skip-build --filter FaultsTests.KillTests >"$log" 2>&1 || code=$?
[[ $code == 0 ]] || cat "$log" >&2
grep '^faults: ' "$log"
exit "$code"
