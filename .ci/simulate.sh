#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lives through seeds of the runtime's simulation: SEEDS of them, or the one SEED with all its steps. Ends with 1 if any
# violates what must hold.
#
# A seed has one life in each build: the optimizer leaves out suspension points, and with them places where tasks may
# interleave. So CI takes the release build, too, though the tests have made a debug build: what fails there is replayed
# here by its number. That costs two minutes of building; 500 seeds take half a minute of one core, and 2.5 minutes in
# debug. The tests live through some seeds of the debug build. CONFIGURATION=debug takes that build here.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
configuration=${CONFIGURATION:-release}
echo "building simulate" >&2
swift build -c "$configuration" --product simulate >"$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}
simulate=$(swift build -c "$configuration" --show-bin-path)/simulate
if [[ ${SEED:-} ]]; then
  "$simulate" --seed "$SEED" "$@"
else
  "$simulate" --seeds "${SEEDS:-500}" --threads "$(nproc)" "$@"
fi
