#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the operator's release build, and our decoders beside Foundation's. Ends with 1 if a count is above its floor.
# Arguments go to bench: names of parts, or --runs.
set -euo pipefail
cd "$(dirname "$0")/.."

# A scratch path of its own, so that the usual release build is not linked anew for the sake of one option.
options=(-c release --static-swift-stdlib --scratch-path .build/bench)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for product in observability-operator bench bench-decoders; do
  echo "building $product" >&2
  swift build "${options[@]}" --product "$product" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
done
bin=$(swift build "${options[@]}" --show-bin-path)
code=0
"$bin/bench" --operator "$bin/observability-operator" "$@" || code=$?
[[ $# -gt 0 ]] || { echo && "$bin/bench-decoders"; }
exit "$code"
