#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs all tests. Prints failures and the closing line; all lines with VERBOSE=1.
set -euo pipefail
cd "$(dirname "$0")/.."

# On a terminal the progress is one line that moves; in a log it would be hundreds.
quiet=(--quiet)
[[ -t 1 ]] && quiet=()
swift build --build-tests "${quiet[@]}"
# A crash must tell where; the backtracer must not wait for a terminal.
export SWIFT_BACKTRACE=interactive=no,color=no

code=0
if [[ ${VERBOSE:-} ]]; then
  swift test --skip-build --parallel "$@" 2>&1 || code=$?
else
  # Kept: failures with their details, skipped tests, and the closing line.
  swift test --skip-build --parallel "$@" 2>&1 |
    awk '/^[^ ]+ Test run with/ { print; next }
         / (started|after [0-9.]+ seconds)\.$/ && !/^✘/ { next }
         /^(◇|✔) |↳ (Testing Library|Target Platform)|^\[[0-9]+\/[0-9]+\]|^Test Suite |^Build|Executed 0 tests|^$/ { next }
         { print; fflush() }' || code=$?
fi
exit "$code"
