#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs all tests. Prints failures and the closing line; all lines with VERBOSE=1.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build --build-tests
# A crash must tell where; the backtracer must not wait for a terminal.
export SWIFT_BACKTRACE=interactive=no,color=no

code=0
if [[ ${VERBOSE:-} ]]; then
  swift test --skip-build --parallel "$@" 2>&1 || code=$?
else
  swift test --skip-build --parallel "$@" 2>&1 |
    { grep -vE '^(◇|✔ (Test|Suite) |↳ |\[[0-9]+/[0-9]+\]|Test Suite |Building|Build complete|.*Executed 0 tests)' || true; } ||
    code=$?
fi
exit "$code"
